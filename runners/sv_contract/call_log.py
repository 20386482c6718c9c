"""The log of one call: it always goes to the app's log, and is kept for a caller who asked for it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

LOG_FORMAT = "%(asctime)s [%(levelname)s] %(name)s: %(message)s"

KEPT_CHARACTERS = 1024 * 1024
"""Of one call; lines beyond them are dropped."""


class CallLog(logging.Handler):
    """Keeps what is logged, and what a child process prints."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter(LOG_FORMAT))
        self.lines: list[str] = []
        self._left = KEPT_CHARACTERS

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record's line."""
        self._keep(self.format(record))

    def print_line(self, source: Literal["stdout", "stderr"], line: str) -> None:
        """Pass on a line that a child process printed, and keep it; nothing after the limit."""
        if self._keep(line):
            stream = sys.stdout if source == "stdout" else sys.stderr
            stream.write(f"{line}\n")

    def _keep(self, line: str) -> bool:
        if self._left <= 0:
            return False
        self._left -= len(line) + 1
        self.lines.append(line if self._left > 0 else "(the log goes on, and is not kept)")
        return self._left > 0


@contextmanager
def keep_log(logger_name: str) -> Iterator[CallLog]:
    """Keep what is logged below a logger for the length of a call."""
    log = CallLog()
    logger = logging.getLogger(logger_name)
    logger.addHandler(log)
    try:
        yield log
    finally:
        logger.removeHandler(log)


def configure_logging() -> None:
    """Log from INFO on to stderr, as both apps do on import."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
