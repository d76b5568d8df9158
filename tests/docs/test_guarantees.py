"""The example of the guarantees: a handler that stands being run twice, by consumers of which one is frozen."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobdefs import State, load_catalog
from tests.support.consumers import consuming
from tests.support.document import blocks
from tests.support.jobs import Jobs, jobs_on
from tests.support.waiting import eventually

DOCUMENT = Path(__file__).parents[2] / "docs" / "guarantees.md"


def written_out(folder: Path) -> None:
    """Write the document's modules where they say that they stand."""
    for block in blocks(DOCUMENT):
        path = folder / block.text.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.text)


def rows(bank: Path, query: str) -> list[tuple[object, ...]]:
    """Return what the handlers have stored, nothing before they have."""
    if not bank.exists():
        return []
    with closing(sqlite3.connect(bank)) as opened:
        return opened.execute(query).fetchall() if opened.execute("SELECT 1 FROM sqlite_master").fetchone() else []


def test_run_twice_done_once(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that two consumers have run, one of them late, is paid once, and its report is the later attempt's."""
    written_out(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    bank = tmp_path / "bank"
    given = {
        "JOBS_MODULES": "payments.jobs",
        "JOBS_HANDLERS": "payments.handlers",
        "JOBS_LEASE": "1",
        "BANK": str(bank),
        "PYTHONPATH": str(tmp_path),
    }
    with consuming(redis_url, "-n", **given) as first, jobs_on(redis_url) as opened:
        jobs = Jobs(opened.store, load_catalog("payments.jobs"))
        job_id = jobs.put(_pay_out())
        eventually(lambda: rows(bank, "SELECT key FROM payments"), what="a payment")
        with first.frozen(), consuming(redis_url, "-n", **given) as second:
            assert jobs.ended(job_id).state is State.SUCCEEDED
            [report] = rows(bank, "SELECT job, fence, author FROM reports")
            assert report == (job_id, 2, second.process.pid)
        eventually(lambda: first.logged(job_id, "no longer ours") + first.logged(job_id, "refused"))
        assert rows(bank, "SELECT key, cents FROM payments") == [(f"{job_id}:0", 500)]
        assert rows(bank, "SELECT job, fence, author FROM reports") == [report]


def _pay_out() -> object:
    from payments.jobs import PayOut  # type: ignore[import-not-found]

    return PayOut("ada", 500, seconds=0.7)
