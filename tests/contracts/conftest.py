"""What the contracts of several ports are signed with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurastream.adapters.local.sqlite import Database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and no row; made once, since each step of its making waits for the disk."""
    path = tmp_path_factory.mktemp("empty") / "aurastream.db"
    db = Database(path)
    with db.transaction():
        pass
    db.close()
    return path


@pytest.fixture
def db(empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    """A database of its own for each test."""
    path = tmp_path / "aurastream.db"
    shutil.copy(empty_database, path)
    db = Database(path)
    yield db
    db.close()
