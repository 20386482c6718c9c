"""What the runner hands to the process that simulates, and what that process tells it."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sv_fmi.plan import RunPlan

JOB_FILE = "job.pickle"
RECORDING_FILE = "recording"

LONGEST_MESSAGE = 4096
"""Characters of a log message that are told."""


@dataclass(frozen=True)
class Job:
    """One simulation: where the unpacked FMU lies, what to do, and where to write."""

    fmu_folder: Path
    recording_path: Path
    plan: RunPlan
    log_all: bool
    """False: only the FMU's warnings and errors are told."""


def encode_message(message: dict[str, Any]) -> bytes:
    """Encode a message as a line of JSON: NaN and infinities as Python writes them, bytes as base64.

    Not a pickle: the FMU shares the process, and what it may write must stay data.
    """
    return json.dumps(message, default=_encode_bytes).encode() + b"\n"


def decode_message(line: str) -> dict[str, Any] | None:
    """Decode a line; None for what is no message."""
    try:
        message = json.loads(line, object_hook=_decode_bytes)
    except ValueError:
        return None
    return message if isinstance(message, dict) and "kind" in message else None


def _encode_bytes(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    raise TypeError(f"no message can hold a {type(value).__name__}")


def _decode_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["$bytes"]) if value.keys() == {"$bytes"} else value
