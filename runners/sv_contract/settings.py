"""Settings read from the environment, at deploy time or inside a container."""

import os
from collections.abc import Mapping
from pathlib import Path

MOUNT_ROOT_VARIABLE = "MODAL_FMI_MOUNT_ROOT"

DEPLOY_TAG_VARIABLE = "RUNNER_DEPLOY_TAG"
"""Set when an app is deployed, and kept by its functions: tells the answers of one source from another's."""


def deploy_tag(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the tag that this app was deployed with; None where the deploy gave none."""
    return (os.environ if environ is None else environ).get(DEPLOY_TAG_VARIABLE) or None


def deploy_tag_setting() -> dict[str, str]:
    """Return the environment variable by which a container knows the tag of its deploy; nothing without one."""
    tag = deploy_tag()
    return {} if tag is None else {DEPLOY_TAG_VARIABLE: tag}


def is_true(text: str | None) -> bool:
    """Whether a switch is on: `1`, `true`, `yes` or `on`, in any case; everything else is off."""
    return (text or "").strip().lower() in {"1", "true", "yes", "on"}


def mounted(path: str, environ: Mapping[str, str] | None = None) -> Path:
    """Return where the container path `path` lies: below `MODAL_FMI_MOUNT_ROOT`, by default below `/`."""
    root = (os.environ if environ is None else environ).get(MOUNT_ROOT_VARIABLE) or "/"
    return Path(root) / path.lstrip("/")
