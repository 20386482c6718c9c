"""Settings read from the environment, at deploy time or inside a container."""

import os
from collections.abc import Mapping
from pathlib import Path

MOUNT_ROOT_VARIABLE = "MODAL_FMI_MOUNT_ROOT"


def is_true(text: str | None) -> bool:
    """Whether a switch is on: `1`, `true`, `yes` or `on`, in any case; everything else is off."""
    return (text or "").strip().lower() in {"1", "true", "yes", "on"}


def mounted(path: str, environ: Mapping[str, str] | None = None) -> Path:
    """Return where the container path `path` lies: below `MODAL_FMI_MOUNT_ROOT`, by default below `/`."""
    root = (os.environ if environ is None else environ).get(MOUNT_ROOT_VARIABLE) or "/"
    return Path(root) / path.lstrip("/")
