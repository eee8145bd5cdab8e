"""A small file that is there whole or not at all, whoever dies and whenever."""

import os
from pathlib import Path
from tempfile import mkstemp


def write_whole(path: Path, content: str) -> None:
    """
    Put the content where the path says, instead of what may be there; content and name are on the disk then.

    Raises:
        OSError
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, hidden = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(hidden).replace(path)
    except BaseException:
        Path(hidden).unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """See the names in a directory onto the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
