"""What a call works in: folders of its own, and the time it may take."""

from pathlib import Path

MOST_SECONDS = 3600.0
"""Wall-clock seconds of a simulation, whatever its caller asks for."""


def new_folder(parent: Path, name: str) -> Path:
    """Make the folder `name` in `parent`, where there is none yet."""
    path = parent / name
    path.mkdir()
    return path


def limit_seconds(asked: float | None) -> float:
    """Return the wall-clock seconds that a simulation may take: as asked for, up to the most."""
    return min(asked, MOST_SECONDS) if asked is not None and asked > 0 else MOST_SECONDS
