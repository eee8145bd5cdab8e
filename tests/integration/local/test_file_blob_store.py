"""Blobs as files: what an outsider sees in the directory, and what a full or broken disk does."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurastream.adapters.local.file_blob_store import FileBlobStore, _translated
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.upload_grants import SqliteUploadGrants
from aurastream.domain.errors import BlobNotFoundError, NotFoundError, StorageFullError, UnavailableError
from aurastream.domain.keys import BlobKey, prefixes_of, upload_key
from aurastream.ports.blob_store import BLOCK
from tests.contracts.cases import LATER, MUCH_LATER, NOON, key
from tests.contracts.racing import race

SOURCE = upload_key(key())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the blobs lie; not made yet."""
    return tmp_path / "data" / "blobs"


@pytest.fixture
def blobs(root: Path, db: Database) -> FileBlobStore:
    """A store without a blob."""
    return FileBlobStore(root, grants=SqliteUploadGrants(db), base_url=lambda: "http://127.0.0.1:1")


def files(root: Path) -> list[str]:
    """Every file there is, hidden ones too."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


OUTSIDE = [
    *("", ".", "..", "/", "/etc/passwd", "../x", "a/../b", "a/..", "a//b", "a/./b", "a/", ".hidden", "a/.b"),
    *("a\x00b", "a\\b", "a b", "é", "a\nb", "~", "C:", "a/\ud800"),
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_elsewhere_is_refused_by_every_call(blobs: FileBlobStore, name: str) -> None:
    bad = BlobKey(name)
    with pytest.raises(ValueError):
        blobs.write(bad, [b"x"])
    with pytest.raises(ValueError):
        blobs.read(bad)
    with pytest.raises(ValueError):
        blobs.stat(bad)
    with pytest.raises(ValueError):
        blobs.erase(BlobKey(name + "/"))
    with pytest.raises(ValueError):
        blobs.grant_upload(bad, max_bytes=1, until=LATER)


def test_a_write_leaves_one_file_for_its_owner_alone(blobs: FileBlobStore, root: Path) -> None:
    blobs.write(SOURCE, [b"x"])
    blobs.write(SOURCE, [b"y"])
    assert files(root) == [SOURCE]
    assert stat.S_IMODE((root / SOURCE).stat().st_mode) == 0o600
    for directory in (root, (root / SOURCE).parent):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_write_that_breaks_off_leaves_no_file(blobs: FileBlobStore, root: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield bytes(3 * BLOCK)
        assert len(files(root)) == 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        blobs.write(SOURCE, parts())
    assert files(root) == []


def test_the_loser_of_two_writers_leaves_no_file(blobs: FileBlobStore, root: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"slow"
        assert blobs.write(SOURCE, [b"quick"])

    assert not blobs.write(SOURCE, parts())
    assert files(root) == [SOURCE]
    assert b"".join(blobs.read(SOURCE)) == b"quick"


def test_a_blob_that_is_there_costs_no_look_at_the_parts(blobs: FileBlobStore) -> None:
    blobs.write(SOURCE, [b"x"])
    parts = iter([b"y"])
    assert not blobs.write(SOURCE, parts)
    assert next(parts) == b"y"


def test_what_a_killed_writer_left_is_no_blob_and_goes_with_its_prefix(
    blobs: FileBlobStore, root: Path
) -> None:
    blobs.write(upload_key(key(2)), [b"x"])
    left = (root / SOURCE).with_name(".source.0123456789abcdef")
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a file")
    with pytest.raises(BlobNotFoundError):
        blobs.read(SOURCE)
    assert blobs.write(SOURCE, [b"whole"])
    blobs.erase(prefixes_of(key())[0])
    assert files(root) == [upload_key(key(2))]
    assert not left.parent.exists()


def test_content_and_name_are_on_the_disk_before_the_write_returns(
    blobs: FileBlobStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append("content" if path.name.startswith(".source.") else str(path))
        if path.name.startswith(".source."):
            assert os.fstat(descriptor).st_size == BLOCK + 5
        elif path == (root / SOURCE).parent and "content" in synced:
            assert (root / SOURCE).exists()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    blobs.write(SOURCE, [bytes(BLOCK), b"12345"])
    home = (root / SOURCE).parent
    assert synced[-2:] == ["content", str(home)]
    assert set(synced[:-2]) == {str(path) for path in (root.parent, root, home.parent, home.parent.parent)}
    synced.clear()
    blobs.erase(prefixes_of(key())[0])
    assert synced == [str(home.parent)]


def test_a_tag_depends_on_chance_since_a_kernels_clock_may_tick_too_seldom(root: Path, db: Database) -> None:
    tags = []
    for moment in (0, 123_456_789):
        store = FileBlobStore(
            root,
            grants=SqliteUploadGrants(db),
            base_url=str,
            chance=lambda below: moment % below,  # noqa: B023 - asked at once
        )
        store.write(SOURCE, [b"abc"])
        assert (root / SOURCE).stat().st_mtime_ns % 10**9 == moment
        tags.append(store.stat(SOURCE).etag)
        store.erase(prefixes_of(key())[0])
    assert tags[0] != tags[1]


def test_a_blob_that_is_erased_can_still_be_read_to_its_end(blobs: FileBlobStore) -> None:
    blobs.write(SOURCE, [b"a" * BLOCK, b"b" * BLOCK])
    reading = blobs.read(SOURCE)
    assert next(reading)[:1] == b"a"
    blobs.erase(prefixes_of(key())[0])
    assert next(reading)[:1] == b"b"
    assert list(reading) == []


@pytest.mark.parametrize("blocks", [0, 1, 2, 3])
def test_reading_leaves_no_file_open_however_far_it_went(blobs: FileBlobStore, blocks: int) -> None:
    blobs.write(SOURCE, [bytes(2 * BLOCK)])
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        reading = blobs.read(SOURCE)
        for _ in range(blocks):
            next(reading, None)
        del reading
        blobs.stat(SOURCE)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_blob_that_was_read_to_its_end_is_closed_though_its_reader_lingers(blobs: FileBlobStore) -> None:
    blobs.write(SOURCE, [bytes(2 * BLOCK)])
    before = len(list(Path("/proc/self/fd").iterdir()))
    reading = blobs.read(SOURCE)
    assert len(list(reading)) == 2
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert list(reading) == []


def test_two_may_erase_at_once(blobs: FileBlobStore, root: Path) -> None:
    for number in range(50):
        blobs.write(BlobKey(f"work/t/j/chunks/{number}"), [b"x"])
    assert race(lambda _: blobs.erase(BlobKey("work/t/j/"))) == [None] * 20
    assert files(root) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_a_full_store(code: int) -> None:
    with pytest.raises(StorageFullError), _translated():
        raise OSError(code, os.strerror(code))


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, errno.ESTALE])
def test_any_other_trouble_is_a_store_that_does_not_answer(code: int) -> None:
    with pytest.raises(UnavailableError), _translated():
        raise OSError(code, os.strerror(code))


def test_a_root_that_cannot_be_made_does_not_answer(tmp_path: Path, db: Database) -> None:
    (tmp_path / "file").write_text("")
    store = FileBlobStore(tmp_path / "file" / "x", grants=SqliteUploadGrants(db), base_url=str)
    with pytest.raises(UnavailableError):
        store.write(SOURCE, [b"x"])


FILL = """
import resource, sys
from pathlib import Path
from aurastream.adapters.local.file_blob_store import FileBlobStore
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_retry_queue import SqliteRetryQueue
from aurastream.adapters.local.upload_grants import SqliteUploadGrants
from aurastream.domain.errors import StorageFullError
from aurastream.domain.keys import BlobKey, JobKey
from tests.contracts.cases import NOON, key

root = Path(sys.argv[1])
db = Database(root / "aurastream.db")
blobs = FileBlobStore(root / "blobs", grants=SqliteUploadGrants(db), base_url=str)
queue = SqliteRetryQueue(db)
queue.put(key(0), now=NOON)
blobs.write(BlobKey("kept"), [b"kept"])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
try:
    blobs.write(BlobKey("big"), [bytes(100_000)] * 30)
except StorageFullError:
    print("blobs full")
put = 1
try:
    while put < 10_000:
        queue.put(key(put), now=NOON)
        put += 1
except StorageFullError:
    print("queue full")
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
assert blobs.write(BlobKey("big"), [b"fits"])
queue.put(key(put), now=NOON)
tickets = queue.take(now=NOON, until=NOON, limit=100_000)
assert [ticket.job for ticket in tickets] == [key(number) for number in range(put + 1)]
print(sorted(path.name for path in (root / "blobs").iterdir()))
"""


def test_a_disk_that_fills_up_and_is_cleared_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    filled = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert filled.stderr == ""
    assert filled.stdout.splitlines() == ["blobs full", "queue full", "['big', 'kept']"]


def test_an_upload_form_is_good_for_its_own_blob_once(blobs: FileBlobStore) -> None:
    form = blobs.grant_upload(SOURCE, max_bytes=12_345, until=LATER)
    assert form.url == "http://127.0.0.1:1/v1/uploads"
    token = form.fields["token"]
    with pytest.raises(NotFoundError):
        blobs.redeem_upload(token, upload_key(key(2)), NOON)
    assert blobs.redeem_upload(token, SOURCE, NOON) == 12_345
    with pytest.raises(NotFoundError):
        blobs.redeem_upload(token, SOURCE, NOON)


def test_an_upload_that_broke_off_may_be_tried_again_until_its_time_is_over(blobs: FileBlobStore) -> None:
    token = blobs.grant_upload(SOURCE, max_bytes=5, until=LATER).fields["token"]
    blobs.redeem_upload(token, SOURCE, NOON)
    blobs.restore_upload(token)
    assert blobs.redeem_upload(token, SOURCE, NOON) == 5
    blobs.restore_upload(token)
    with pytest.raises(NotFoundError):
        blobs.redeem_upload(token, SOURCE, LATER)
    blobs.restore_upload(token)
    with pytest.raises(NotFoundError):
        blobs.redeem_upload(token, SOURCE, NOON)


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "a" * 10_000])
def test_a_token_that_was_never_handed_out_is_good_for_nothing(blobs: FileBlobStore, token: str) -> None:
    blobs.grant_upload(SOURCE, max_bytes=5, until=MUCH_LATER)
    with pytest.raises(NotFoundError):
        blobs.redeem_upload(token, SOURCE, NOON)


def test_each_form_has_a_token_of_its_own_and_each_may_be_used(blobs: FileBlobStore) -> None:
    forms = [blobs.grant_upload(SOURCE, max_bytes=size, until=LATER) for size in (1, 2)]
    assert [blobs.redeem_upload(form.fields["token"], SOURCE, NOON) for form in forms] == [1, 2]


def test_of_many_that_use_one_form_one_may_upload(blobs: FileBlobStore) -> None:
    token = blobs.grant_upload(SOURCE, max_bytes=5, until=LATER).fields["token"]
    results = race(lambda _: blobs.redeem_upload(token, SOURCE, NOON))
    assert results.count(5) == 1
    assert sum(isinstance(result, NotFoundError) for result in results) == 19


def test_the_database_does_not_hold_the_token(blobs: FileBlobStore, db: Database, tmp_path: Path) -> None:
    token = blobs.grant_upload(SOURCE, max_bytes=5, until=LATER).fields["token"]
    db.close()
    for path in tmp_path.glob("aurastream.db*"):
        assert token.encode() not in path.read_bytes()
