"""Volumes as a running function sees them."""

import logging

import modal

logger = logging.getLogger(__name__)


def reload_volume(volume: modal.Volume) -> None:
    """Make what was written to a volume since the container started visible; nothing outside a container.

    A reload fails while a file of the volume is open, which no call of ours leaves behind. FMUs are named by their
    content, so that an older view of the volume can lack one and never show a wrong one: the call goes on.
    """
    if modal.is_local():
        return
    try:
        volume.reload()
    except Exception as error:  # noqa: BLE001 - a warning says more than a failed call
        logger.warning("The volume could not be reloaded: %s", error)


def commit_volume(volume: modal.Volume) -> None:
    """Make what this container wrote to a volume visible to others; nothing outside a container."""
    if not modal.is_local():
        volume.commit()
