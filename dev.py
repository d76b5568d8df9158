"""Sets up the project in an environment of its own and runs it: `python3 dev.py demo`, `python3 dev.py test`.

Needs Python 3.11 or newer and nothing else: whichever of uv, venv and pip the machine has is used.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older interpreter would fail on the next import, with a traceback
    sys.exit(f"dev.py: needs Python 3.11 or newer, this is {sys.version.split()[0]}; try python3.11 dev.py")

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMP = VENV / "installed"
EXTRAS = "embedded,uvloop"
GROUP = "test"
PLOT_GROUP = "bench"
USAGE = """usage: python3 dev.py COMMAND [ARGUMENTS]

  demo [--exit]   runs the service, a consumer and one job; --exit stops when the job has ended
  test [ARGS]     runs the tests; ARGS go to pytest
  bench [ARGS]    measures this project beside its rivals; --quick takes less than 3 minutes, --json prints JSON,
                  --only TEXT picks lines of the table, --plot draws curves (bench/plots)
  faults [ARGS]   brings faults about in whole systems, and tells whether a job was lost or a promise broken;
                  --quick takes less than 6 minutes, --only F1 picks a row, --seed N repeats a run
  crashes [ARGS]  breaks the conversation with the store at every request in every way, about 800 runs;
                  --quick takes every seventh request, --only MODE --from K --to K repeats a run
  chaos [ARGS]    kills consumers under load for 3 minutes, and tells whether a job was lost
  poison [ARGS]   puts a job that kills its process among others, 30 times, and tells whether another one died
  storm [ARGS]    floods a service and its server with generated rubbish, and tells whether a promise was broken;
                  --quick takes about a minute, --seed N repeats a run
  mutation [ARGS] alters the scripts, 300 times one line, and tells which alterations no test noticed
  models [ARGS]   looks at every state that models of the protocol can be in, and finds every bug that is put into
                  them, in less than 90 s; --traces shows the way to each"""

COMMANDS = {
    "demo": [str(BIN / "aiohttp-huey"), "demo"],
    # Most tests wait for processes and moments, so two cores are enough for three files at a time. They keep their
    # order: the longest files have few tests, and would come last by their number.
    "test": [str(BIN / "python"), "-m", "pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"],
    "bench": [str(BIN / "python"), "-m", "bench"],
    "faults": [str(BIN / "python"), "-m", "faults"],
    "crashes": [str(BIN / "python"), "-m", "faults.crashes"],
    "chaos": [str(BIN / "python"), "-m", "faults.chaos"],
    "poison": [str(BIN / "python"), "-m", "faults.poison"],
    "storm": [str(BIN / "python"), "-m", "faults.storm"],
    "mutation": [str(BIN / "python"), "-m", "mutation"],
    "models": [str(BIN / "python"), "-m", "models"],
}


class Installer(NamedTuple):
    """One way to fill the environment: the command that creates it, and the one that installs into it."""

    name: str
    create: list[str]
    install: list[str]


def installers(uv: str | None, *, ensurepip: bool) -> list[Installer]:
    """Return the ways to make the environment on this machine, best first."""
    python, venv = sys.executable, str(VENV)
    inside = str(BIN / "python")
    found = []
    if uv:
        create = [uv, "venv", "--quiet", "--no-project", "--python", python, venv]
        found.append(Installer("uv", create, [uv, "pip", "install", "--quiet", "--python", inside]))
    if ensurepip:
        found.append(Installer("venv", [python, "-m", "venv", venv], [inside, "-m", "pip", "install", "--quiet"]))
    else:
        create = [python, "-m", "venv", "--without-pip", venv]
        found.append(Installer("pip", create, [python, "-m", "pip", "--python", inside, "install", "--quiet"]))
    return found


def group(groups: dict[str, Any], name: str) -> list[str]:
    """Return the requirements of a dependency group, with the groups that it includes; pip before 25.1 cannot."""
    requirements: list[str] = []
    for entry in groups[name]:
        requirements += [entry] if isinstance(entry, str) else group(groups, entry["include-group"])
    return requirements


def fingerprint(project: dict[str, Any]) -> str:
    """Return what the environment depends on: while it is unchanged, nothing has to be installed."""
    tables = [project[name] for name in ("build-system", "project", "dependency-groups")]
    constraints = (ROOT / "constraints.txt").read_text()
    return hashlib.sha256(json.dumps([tables, constraints, str(ROOT), sys.version]).encode()).hexdigest()


def is_ready(wanted: str) -> bool:
    return (BIN / "python").exists() and STAMP.exists() and STAMP.read_text() == wanted


def say(text: str) -> None:
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    say(text)
    sys.exit(1)


def ways() -> list[Installer]:
    return installers(shutil.which("uv"), ensurepip=importlib.util.find_spec("ensurepip") is not None)


def fill(installer: Installer, requirements: list[str]) -> bool:
    """Make the environment anew; whether that worked. The installer prints its own reasons."""
    shutil.rmtree(VENV, ignore_errors=True)
    return run(installer.create) and add(installer, requirements)


def add(installer: Installer, requirements: list[str]) -> bool:
    """Install into the environment; whether that worked."""
    return run([*installer.install, "-c", "constraints.txt", *requirements])


def run(command: list[str]) -> bool:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def set_up() -> None:
    """Make `.venv` with the project and its tests' requirements, unless it is there already."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = fingerprint(project)
    if is_ready(wanted):
        return
    requirements = ["-e", f".[{EXTRAS}]", *group(project["dependency-groups"], GROUP)]
    started = time.monotonic()
    for installer in ways():
        say(f"installing the project into .venv with {installer.name} (only the first time; needs the network) ...")
        if fill(installer, requirements):
            STAMP.write_text(wanted)
            say(f"ready after {time.monotonic() - started:.0f} s")
            return
        say(f"{installer.name} failed, its reason stands above")
    fail("could not install into .venv: see above; it needs a package index, and python3-venv, pip or uv")


def set_up_plotting() -> None:
    """Add to `.venv` what only the benchmarks' picture needs, unless it is there already."""
    if list(VENV.glob("lib/python*/site-packages/matplotlib")):
        return
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    say("installing what draws into .venv (only the first time; needs the network) ...")
    if not any(add(installer, group(groups, PLOT_GROUP)) for installer in ways()):
        fail("could not install what --plot needs: see above")


def main(arguments: list[str]) -> None:
    """Run one of the commands in the project's own environment; ends with the command's exit code."""
    if arguments in (["-h"], ["--help"]):
        print(USAGE)
        return
    if not arguments or arguments[0] not in COMMANDS:
        fail(f"no command {arguments[0]!r}\n{USAGE}" if arguments else f"say what to do\n{USAGE}")
    set_up()
    if arguments[0] == "bench" and "--plot" in arguments:
        set_up_plotting()
    command = [*COMMANDS[arguments[0]], *arguments[1:]]
    os.chdir(ROOT)
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        fail(str(error))
