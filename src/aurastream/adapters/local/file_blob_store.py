"""Blobs as files."""

import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from aurastream.adapters.local.upload_grants import SqliteUploadGrants
from aurastream.adapters.local.whole_file import sync_directory
from aurastream.domain.blobs import BlobInfo, UploadForm
from aurastream.domain.errors import (
    BlobChangedError,
    BlobNotFoundError,
    StorageFullError,
    UnavailableError,
)
from aurastream.domain.keys import BlobKey
from aurastream.ports.blob_store import BLOCK, BlobStore

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
"""One step of a path: it never begins with a dot, so it neither leads up nor meets a file in the making."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FileBlobStore(BlobStore):
    """
    A file a blob, under a directory that nobody else writes to.

    A blob is made beside its place under a hidden name and then linked to it: a link is never made over an
    existing file, so of two writers one wins, and a crash leaves nothing but a hidden file, which goes with
    the prefix when that is erased.
    """

    def __init__(
        self,
        root: Path,
        *,
        grants: SqliteUploadGrants,
        base_url: Callable[[], str],
        chance: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._root, self._grants, self._base_url, self._chance = root, grants, base_url, chance

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        path = self._path(key)
        with _translated():
            if path.exists():
                return False
            self._make_directory(path.parent)
            hidden = path.with_name(f".{path.name}.{self._chance(1 << 64):016x}")
            descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            self._fill(descriptor, parts)
            with _translated():
                return _link(hidden, path)
        finally:
            with suppress(OSError):  # what stays is hidden, and goes when its prefix is erased
                hidden.unlink()

    def _fill(self, descriptor: int, parts: Iterable[bytes]) -> None:
        """Write the parts and see them onto the disk; closes the file."""
        try:
            pending = bytearray()
            for part in parts:
                pending += part
                if len(pending) >= BLOCK:
                    _write(descriptor, pending)
                    pending = bytearray()
            _write(descriptor, pending)
            with _translated():
                self._stamp(descriptor)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, key: BlobKey, start: int = 0, *, etag: str | None = None) -> Iterator[bytes]:
        descriptor = self._open(key)
        try:
            if etag is not None and etag != _etag(os.fstat(descriptor)):
                raise BlobChangedError("the blob is not the one that was meant")
            os.lseek(descriptor, start, os.SEEK_SET)
        except BaseException:
            os.close(descriptor)
            raise
        return _Blocks(descriptor)

    def stat(self, key: BlobKey) -> BlobInfo:
        descriptor = self._open(key)
        try:
            found = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        return BlobInfo(size=found.st_size, etag=_etag(found))

    def erase(self, prefix: BlobKey) -> None:
        if not prefix.endswith("/"):
            raise ValueError("a prefix ends in /")
        path = self._path(BlobKey(prefix[:-1]))
        with _translated():
            for directory, _, names in os.walk(path, topdown=False):
                for name in names:
                    Path(directory, name).unlink(missing_ok=True)
                with suppress(FileNotFoundError):  # somebody else erases it at the same time
                    Path(directory).rmdir()
            with suppress(FileNotFoundError):
                sync_directory(path.parent)

    def grant_upload(self, key: BlobKey, *, max_bytes: int, until: datetime) -> UploadForm:
        self._path(key)
        token = self._grants.issue(key, max_bytes=max_bytes, until=until)
        return UploadForm(
            url=f"{self._base_url()}/v1/uploads",
            fields={"key": key, "token": token},
            expires_at=until,
            max_bytes=max_bytes,
        )

    def redeem_upload(self, token: str, key: str, now: datetime) -> int:
        """
        Use an upload form up; the number of bytes that may be written under its key now.

        Raises:
            NotFoundError: the form is unknown, for another key, used, or over its time.
            UnavailableError, StorageFullError
        """
        return self._grants.redeem(token, BlobKey(key), now=now)

    def restore_upload(self, token: str) -> None:
        """The upload broke off before its blob was whole: its form may be used again."""
        self._grants.restore(token)

    def grant_download(self, key: BlobKey, *, filename: str, until: datetime) -> str | None:  # noqa: ARG002 - the server that asks gives the bytes itself
        return None

    def _path(self, key: BlobKey) -> Path:
        names = key.split("/")
        if not all(_NAME.fullmatch(name) for name in names):
            raise ValueError("not a blob's name")
        return self._root.joinpath(*names)

    def _open(self, key: BlobKey) -> int:
        with _translated():
            try:
                descriptor = os.open(self._path(key), os.O_RDONLY)
            except _ABSENT:
                raise BlobNotFoundError("no such blob") from None
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise BlobNotFoundError("no such blob")
            return descriptor

    def _make_directory(self, path: Path) -> None:
        """Make it and what leads to it, and let every step outlive a power cut."""
        missing = [path, *path.parents][: len(path.relative_to(self._root).parts) + 1]
        for step in reversed(missing):
            with suppress(FileExistsError):
                step.mkdir(mode=0o700, parents=step == self._root)
                sync_directory(step.parent)

    def _stamp(self, descriptor: int) -> None:
        """Give the file a time that no other blob has; a kernel's own clock ticks too seldom for that."""
        seconds = os.fstat(descriptor).st_mtime_ns // 10**9
        moment = seconds * 10**9 + self._chance(10**9)
        os.utime(descriptor, ns=(moment, moment))


class _Blocks(Iterator[bytes]):
    """The rest of an open file, a block at a time; closes the file at its end or when nobody wants more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def __next__(self) -> bytes:
        if self._descriptor is None:
            raise StopIteration
        with _translated():
            block = os.read(self._descriptor, BLOCK)
        if not block:
            self.close()
            raise StopIteration
        return block

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    __del__ = close


def _write(descriptor: int, part: bytearray) -> None:
    left = memoryview(part)
    with _translated():
        while left:
            left = left[os.write(descriptor, left) :]


def _link(hidden: Path, path: Path) -> bool:
    try:
        os.link(hidden, path)
    except FileExistsError:
        return False
    sync_directory(path.parent)
    return True


def _etag(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


@contextmanager
def _translated() -> Iterator[None]:
    """What the file system says, in our words."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError("the disk that holds the data directory is full") from error
        raise UnavailableError("the file system of the data directory does not answer") from error
