"""What the adapters of one machine are tried on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aurastream.adapters.local.sqlite import Database


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database of its own for each test."""
    db = Database(tmp_path / "aurastream.db", busy_seconds=0.2)
    yield db
    db.close()
