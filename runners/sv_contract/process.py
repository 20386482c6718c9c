"""A child process whose output is read while it runs, and that never outlives its time."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 64 * 1024
"""Bytes; a longer line is taken in pieces."""

READER_GRACE_SECONDS = 5.0
"""For the readers once every process of the group is killed."""


@dataclass(frozen=True)
class ProcessEnd:
    """How a child process ended: `returncode` as `subprocess` has it, negative for a signal."""

    returncode: int
    timed_out: bool


def run_process(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout_seconds: float,
    on_line: Callable[[str, str], None],
    control: Callable[[str], None] | None = None,
) -> ProcessEnd:
    """Run a command in a process group of its own, and kill the group at its end or when its time is over.

    `on_line(source, line)` gets every line of `stdout` and `stderr`; `control`, where given, every line that the
    process writes to the file descriptor that its environment names `CONTROL_FD`. All pipes are drained by threads
    before the process is waited for: a full pipe would stop it.
    """
    control_read, control_write = os.pipe() if control else (-1, -1)
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**env, "CONTROL_FD": str(control_write)} if control else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(control_write,) if control else (),
            start_new_session=True,
        )
    except OSError:
        if control:
            os.close(control_read)
        raise
    finally:
        if control:
            os.close(control_write)
    readers = [_read(process.stdout, "stdout", on_line), _read(process.stderr, "stderr", on_line)]
    if control:
        readers.append(_read(os.fdopen(control_read, "rb"), "control", lambda _, line: control(line)))
    timed_out = False
    try:
        process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        _kill_group(process)
    for reader in readers:
        reader.join(READER_GRACE_SECONDS)
    return ProcessEnd(process.returncode, timed_out)


def _read(stream: BinaryIO | None, source: str, on_line: Callable[[str, str], None]) -> threading.Thread:
    def read() -> None:
        if stream is None:
            return
        with stream:
            for line in iter(lambda: stream.readline(LONGEST_LINE if source != "control" else -1), b""):
                on_line(source, line.decode("utf-8", "replace").rstrip("\r\n"))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
