"""The catalogue: every definition that a program finds, and no two of one name."""

import sys

import attrs
import pytest

from jobdefs import Catalog, TestJob, define, load_catalog
from jobdefs.errors import DefinitionError, UnknownJob
from tests.support.definitions import defined

MODULE = """
import attrs
from jobdefs import define

@define({name!r})
@attrs.frozen
class Job:
    pass
"""


def job(name):
    return defined(define(name)(attrs.make_class("Job", {}, frozen=True)))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a function that writes modules into an importable directory of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)

    def write(**modules):
        for name, source in modules.items():
            path = tmp_path.joinpath(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)

    yield write
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_this_installation_has_test_job():
    """Without any setting the catalogue holds what stands in jobdefs.jobs."""
    catalog = load_catalog()
    assert "TEST_JOB" in catalog
    assert catalog.get("TEST_JOB") is defined(TestJob)
    assert catalog.of(TestJob("hello")) is defined(TestJob)


def test_named_modules_are_found_in_the_working_directory(project):
    """JOBS_MODULES names modules and packages, a package with everything below it."""
    project(words_mail=MODULE.format(name="MAIL"), words_shop__init="", words_shop__orders=MODULE.format(name="ORDER"))
    catalog = load_catalog("words_mail, words_shop")
    assert [definition.name for definition in catalog] == ["MAIL", "ORDER", "TEST_JOB"]
    assert len(catalog) == 3


def test_installed_distributions_announce_definitions_by_entry_point(project, tmp_path):
    """The entry-point group aiohttp_huey.definitions adds modules without any setting."""
    project(words_plugin=MODULE.format(name="PLUGIN"))
    information = tmp_path / "words_plugin-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: words-plugin\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[aiohttp_huey.definitions]\njobs = words_plugin\n")
    sys.path.insert(0, str(tmp_path))
    assert "PLUGIN" in load_catalog()


def test_two_definitions_of_one_name_are_refused(project):
    """The error names both places."""
    project(words_one=MODULE.format(name="SAME"), words_two=MODULE.format(name="SAME"))
    with pytest.raises(DefinitionError) as caught:
        load_catalog("words_one,words_two")
    assert str(caught.value) == "two definitions are named 'SAME': words_one.Job and words_two.Job; rename one"


def test_a_definition_imported_by_another_module_is_still_one(project):
    """Importing a payload class into a second module makes no duplicate."""
    project(words_first=MODULE.format(name="ONCE"), words_again="from words_first import Job")
    assert "ONCE" in load_catalog("words_first,words_again")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (None, "module 'words_broken' cannot be imported: ModuleNotFoundError: No module named 'words_broken'"),
        ("\n1 / 0\n", "module 'words_broken' cannot be imported: ZeroDivisionError: division by zero ("),
        ("\nimport sys; sys.exit(0)\n", "module 'words_broken' cannot be imported: SystemExit: 0 ("),
        (MODULE.format(name="no name"), "definition 'no name': a job name starts with a letter"),
    ],
)
def test_a_module_that_cannot_be_imported_is_named_in_one_line(project, source, reason):
    """The error has the module, what went wrong, and the place."""
    if source is not None:
        project(words_broken=source)
    with pytest.raises(DefinitionError) as caught:
        load_catalog("words_broken")
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)
    assert ("line 2)" in str(caught.value)) == reason.endswith("(")


def test_an_unknown_name_gets_close_matches_whatever_their_case():
    """A name that is almost right is answered with the right one."""
    catalog = Catalog((job("SEND_EMAIL"), job("SEND_SMS"), job("RESIZE")))
    with pytest.raises(UnknownJob) as caught:
        catalog.get("send_emial")
    assert caught.value.matches[0] == "SEND_EMAIL"
    assert str(caught.value).startswith("No job is named 'send_emial'. Did you mean SEND_EMAIL")
    with pytest.raises(UnknownJob, match=r"^No job is named 'ZZZ'\. Is its module named in JOBS_MODULES\?$"):
        catalog.get("ZZZ")


def test_an_object_whose_class_is_not_in_the_catalogue_is_unknown():
    """A payload object of a class without definition, or of one that this catalogue lacks, is an unknown job."""
    catalog = Catalog((job("A"),))
    with pytest.raises(UnknownJob, match="No job is named 'TEST_JOB'"):
        catalog.of(TestJob("hello"))
    with pytest.raises(UnknownJob, match="No job is named 'int'"):
        catalog.of(5)
