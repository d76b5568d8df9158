"""dev.py: how it finds a way to install, and what it says when there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from dev import Installer

ROOT = Path(__file__).parents[2]
GROUPS = {"test": ["pytest>=9", "hypothesis"], "heavy": [{"include-group": "test"}, "schemathesis"]}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """dev.py's environment, in a temporary folder."""
    venv = tmp_path / "venv"
    for name, path in {"VENV": venv, "BIN": venv / "bin", "STAMP": venv / "installed"}.items():
        monkeypatch.setattr(dev, name, path)
    return venv


def test_groups_include_groups():
    """A dependency group is read with the groups that it includes, so that an old pip can install it."""
    assert dev.group(GROUPS, "heavy") == ["pytest>=9", "hypothesis", "schemathesis"]


@pytest.mark.parametrize(
    ("uv", "ensurepip", "names"),
    [
        ("/bin/uv", True, ["uv", "venv"]),
        ("/bin/uv", False, ["uv", "pip"]),
        (None, True, ["venv"]),
        (None, False, ["pip"]),
    ],
)
def test_order_of_installers(uv, ensurepip, names):
    """First comes uv, then venv; where venv cannot install pip, pip fills the environment from outside."""
    assert [installer.name for installer in dev.installers(uv, ensurepip=ensurepip)] == names


def test_next_installer_takes_over(elsewhere, monkeypatch, capfd):
    """When one way to install fails, the next is tried; what is installed is not installed again."""
    works = Installer("works", ["mkdir", "-p", f"{elsewhere}/bin"], ["sh", "-c", f"touch {elsewhere}/bin/python"])
    monkeypatch.setattr(dev, "installers", lambda *_, **__: [Installer("broken", ["false"], ["false"]), works])
    dev.set_up()
    assert "dev.py: broken failed" in capfd.readouterr().err
    dev.set_up()
    assert capfd.readouterr().err == ""


def test_no_way_to_install_is_one_line(elsewhere, monkeypatch, capfd):
    """When nothing can install, dev.py ends with 1 and says what it needs."""
    monkeypatch.setattr(dev, "installers", lambda *_, **__: [Installer("broken", ["false"], ["false"])])
    with pytest.raises(SystemExit, match="1"):
        dev.set_up()
    assert "needs a package index, and python3-venv, pip or uv" in capfd.readouterr().err


def test_what_draws_is_installed_once(elsewhere, monkeypatch, capfd):
    """The benchmarks' picture has requirements of its own, which are added when it is asked for first."""
    drawing = elsewhere / "lib" / "python3" / "site-packages" / "matplotlib"
    works = Installer("works", ["true"], ["sh", "-c", f"mkdir -p {drawing}"])
    monkeypatch.setattr(dev, "installers", lambda *_, **__: [works])
    dev.set_up_plotting()
    assert capfd.readouterr().err.startswith("dev.py: installing what draws")
    dev.set_up_plotting()
    assert capfd.readouterr().err == ""


def test_unknown_command_is_refused():
    """A command that dev.py does not know is named, with those that it knows; nothing is installed."""
    done = subprocess.run([sys.executable, "dev.py", "tset"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("dev.py: no command 'tset'\nusage: python3 dev.py COMMAND")
