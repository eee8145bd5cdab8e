"""Where one machine keeps everything."""

from collections.abc import Callable
from pathlib import Path

from aurastream.adapters.local.file_blob_store import FileBlobStore
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.upload_grants import SqliteUploadGrants

DATABASE = "aurastream.db"
BLOBS = "blobs"
RUNNER_LOCK = "runner.lock"


def open_database(directory: Path) -> Database:
    """The database of a data directory, which is made if need be and is nobody else's to read."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Database(directory / DATABASE)


def open_blobs(directory: Path, *, grants: SqliteUploadGrants, base_url: Callable[[], str]) -> FileBlobStore:
    """The blobs of a data directory."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileBlobStore(directory / BLOBS, grants=grants, base_url=base_url)
