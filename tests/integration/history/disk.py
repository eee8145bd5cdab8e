"""A disk that can be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.integration.history.server import Server

SIZE = 192 << 20
BALLAST = "ballast"


class Disk:
    """
    Where a server keeps everything.

    A small file system of its own where one may be mounted, filled up by a ballast; elsewhere a limit on the
    size of the server's files, which looks the same to it but for files that stay small.
    """

    def __init__(self, root: Path, *, mounted: bool) -> None:
        self.root, self.mounted = root, mounted

    @contextmanager
    def full(self, server: Server) -> Iterator[None]:
        """Not a byte more for as long as this is entered; a server that was started again has room."""
        if self.mounted:
            ballast = self.root / BALLAST
            try:
                _fill(ballast)
                yield
            finally:
                ballast.unlink()
            return
        server.limit_files(0)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                server.limit_files(None)


@contextmanager
def small_disk(root: Path) -> Iterator[Disk]:
    """A disk at an empty directory, for as long as it is entered."""
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "aurastream-test", str(root)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield Disk(root, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(root)], check=True)


def _fill(ballast: Path) -> None:
    """Take all the room there is."""
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        for block in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    end = os.lseek(descriptor, 0, os.SEEK_END)
                    os.posix_fallocate(descriptor, end, block)
    finally:
        os.close(descriptor)
