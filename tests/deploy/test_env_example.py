from pathlib import Path
from subprocess import run
from sys import executable

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_the_example_is_in_step_with_the_settings(tmp_path: Path) -> None:
    """jobs.env.example says what the settings classes say; `python deploy/env_example.py` renews it."""
    copy = tmp_path / "env_example.py"
    copy.write_text((DEPLOY / "env_example.py").read_text())
    run([executable, copy], check=True)

    assert (tmp_path / "jobs.env.example").read_text() == (DEPLOY / "jobs.env.example").read_text()


def test_the_example_changes_nothing_but_the_server() -> None:
    """Installed as it is, the example leaves every default in force."""
    lines = (DEPLOY / "jobs.env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == ["REDIS_URL=redis://127.0.0.1:6379/0"]
