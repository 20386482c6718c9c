"""Finds the FMU that a call names on a mounted volume."""

import hashlib
import shutil
from pathlib import Path, PurePosixPath

from sv_contract.fmi import FmuReference
from sv_contract.problem import RunProblem
from sv_contract.settings import mounted
from sv_fmi.mounts import MOUNT, TEST_MOUNT


def container_paths(reference: FmuReference) -> list[str]:
    """Return where the FMU may lie, in the order of looking: by checksum, then by its storage key's file name."""
    mount = TEST_MOUNT if reference.use_test_volume else MOUNT
    names = [f"{reference.fmu_checksum}.fmu"] if reference.fmu_checksum else []
    name = PurePosixPath(reference.fmu_storage_key.replace("\\", "/")).name
    if name not in {"", ".", ".."}:
        names.append(name)
    return [f"{mount}/{each}" for each in dict.fromkeys(names)]


def fetch_fmu(reference: FmuReference, folder: Path) -> Path:
    """Copy the FMU to `folder` and return the copy; raises RunProblem where it is missing or not the one named.

    It is copied so that no file of the volume is open while the volume is reloaded. `fmu_url` is accepted, as old
    callers send it, and never fetched: what runs is what lies on the volume.
    """
    paths = container_paths(reference)
    for path in paths:
        source = mounted(path)
        if not source.is_file():
            continue
        copy = folder / "model.fmu"
        shutil.copyfile(source, copy)
        _check(copy, path, reference.fmu_checksum)
        return copy
    looked = " and ".join(paths)
    raise RunProblem(f"There is no FMU at {looked} in the container. Upload it with `upload_fmu`.")


def _check(copy: Path, path: str, expected: str | None) -> None:
    if expected is None:
        return
    actual = _sha256(copy)
    if actual != expected:
        raise RunProblem(f"The file at {path} has the sha256 {actual}, not {expected}: upload it again.")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()
