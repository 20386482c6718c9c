"""Unpacks an FMU's archive, once its entries are known to be harmless (FMI 3.0, section 2.5)."""

import stat
import zipfile
from pathlib import Path

from sv_contract.problem import RunProblem

MOST_ENTRIES = 20_000
MOST_BYTES = 4 * 1024**3
"""Unpacked."""

UNPACKED = ("modelDescription.xml", "binaries/", "resources/")
"""What a simulation needs: no sources, no documentation."""


def unpack(path: Path, folder: Path) -> Path:
    """Unpack an FMU into `folder` and return it; raises RunProblem for what is no archive, or not to be trusted."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            wanted = [each for each in entries if each.filename.removeprefix("./").startswith(UNPACKED)]
            archive.extractall(folder, members=wanted)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise RunProblem(f"The file is no FMU: it cannot be read as a zip archive ({error}).") from error
    if not (folder / "modelDescription.xml").is_file():
        raise RunProblem("The file is no FMU: it has no modelDescription.xml at its root.")
    return folder


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise RunProblem(f"The FMU has {len(entries)} entries, and {MOST_ENTRIES} is the limit.")
    size = sum(each.file_size for each in entries)
    if size > MOST_BYTES:
        raise RunProblem(f"The FMU takes {size} bytes unpacked, and {MOST_BYTES} is the limit.")
    for entry in entries:
        # What zipfile makes of a name is not what is in the archive: it turns backslashes and cuts at NUL.
        name = entry.orig_filename
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        unsafe = "\\" in name or ":" in name or "\0" in name or name.startswith("/") or ".." in name.split("/")
        if is_link or unsafe:
            raise RunProblem(f"The FMU has an entry that points outside it or is a link: {name!r}.")
