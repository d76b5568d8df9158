"""Where a server keeps its append-only file, which is several files."""

from pathlib import Path


def newest(data: Path) -> Path:
    """Return the part below ``data`` that grows."""
    return max(data.rglob("*.incr.aof"), key=lambda path: path.stat().st_mtime_ns)
