"""Checks this folder's systemd units: `python3 deploy/check_units.py`. Ends with 1 if one is faulty or too exposed.

`systemd-analyze verify` must stay silent, and `systemd-analyze security` must find an exposure of at most 2.0.
The units are checked as copies whose programs are /bin/true, since the real ones exist only where they are installed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = re.compile(r"^(Exec\w+=[-@:+!|]*)\S+", re.MULTILINE)
THRESHOLD = 20  # tenths: an exposure of 2.0


def copies(folder: Path) -> list[str]:
    """Copy the units and return their names; a template is checked as its instance `example`."""
    names = []
    for unit in sorted(
        [*HERE.glob("*.service"), *HERE.glob("*.target"), *HERE.glob("*.socket"), *HERE.glob("*.timer")]
    ):
        text = PROGRAM.sub(r"\1/bin/true", unit.read_text())
        (folder / unit.name).write_text(text)
        names.append(unit.name.replace("@.", "@example."))
        (folder / names[-1]).write_text(text)
    return names


def analyze(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run systemd-analyze in the folder; its exit code, and what it said."""
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.strip()


def faults(folder: Path, unit: str) -> list[str]:
    """Return what is wrong with one unit, in lines for people; nothing if it is clean."""
    code, said = analyze(folder, "verify", "--man=no", "--recursive-errors=no", f"./{unit}")
    found = [f"{unit}: {said or f'verify ended with {code}'}"] if code or unit in said else []
    if unit.endswith(".service"):
        code, said = analyze(
            folder, "security", "--no-pager", "--offline=true", f"--threshold={THRESHOLD}", f"./{unit}"
        )
        print(f"{unit}: {said.splitlines()[-1] if said else 'security said nothing'}")
        open_doors = "\n".join(line for line in said.splitlines() if line.startswith("✗"))
        found += [f"{unit}: its exposure is over {THRESHOLD / 10}\n{open_doors}"] if code else []
    return found


def main() -> None:
    """Check all units, and end with 1 if there is a fault or no unit."""
    if not shutil.which("systemd-analyze"):
        sys.exit("check_units: needs systemd-analyze, which is in Debian's package systemd")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        units = copies(folder)
        found = [fault for unit in units for fault in faults(folder, unit)]
    if found or not units:
        sys.exit("\n".join(found) or f"check_units: no units in {HERE}")
    print(f"clean: {', '.join(units)}")


if __name__ == "__main__":
    main()
