"""The parts' log files: followed line by line, and kept from growing for ever."""

from pathlib import Path

LARGEST_LOG_BYTES = 16_777_216
"""16 MiB: days of normal output; a file larger than this is set aside at the next start."""

READ_BYTES = 262_144
"""At most this much of one file per look, so that one noisy part does not hold up the others."""


class LogTail:
    """Gives what is written to a log file from now on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        set_aside_large(file)
        self._offset = file.stat().st_size if file.exists() else 0

    def new_lines(self) -> list[str]:
        """Give the lines that came since the last call; the last one once it is whole."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as log:
            log.seek(self._offset)
            content = log.read(READ_BYTES)
        whole = content.rfind(b"\n") + 1
        if whole == 0 and len(content) < READ_BYTES:
            return []
        self._offset += whole or len(content)
        return content[: whole or len(content)].decode("utf-8", "replace").splitlines()


def set_aside_large(file: Path) -> None:
    """Rename a log file that grew large, in place of the one renamed before."""
    if file.exists() and file.stat().st_size > LARGEST_LOG_BYTES:
        file.replace(file.with_suffix(".old.log"))
