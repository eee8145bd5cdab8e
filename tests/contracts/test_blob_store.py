"""What every BlobStore promises, and who promises it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aurastream.adapters.aws.s3_blob_store import S3BlobStore
from aurastream.adapters.local.file_blob_store import FileBlobStore
from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.upload_grants import SqliteUploadGrants
from aurastream.domain.errors import BlobChangedError, BlobNotFoundError
from aurastream.domain.keys import BlobKey, chunk_key, export_key, plan_key, prefixes_of, upload_key
from aurastream.ports.blob_store import BLOCK, BlobStore
from tests import simulated_aws as aws
from tests.contracts.cases import ACME, LATER, NOON, OTHER, key
from tests.contracts.racing import race
from tests.fakes import FakeBlobStore, FakeClock

SOURCE = upload_key(key())

AWKWARD = {
    "empty": b"",
    "one byte": b"\x00",
    "every byte": bytes(range(256)),
    "spaces around": b" \t text \r\n\r\n",
    "line ends": b"a\nb\r\nc\rd\x0b\x0c\x1a",
    "a block less one": b"\r\n" * (BLOCK // 2 - 1) + b"x",
    "a block": b"ab" * (BLOCK // 2),
    "more than two blocks": bytes(range(256)) * (BLOCK // 128) + b"end",
    "utf-16": "\ufeffé🎉\r\n".encode("utf-16"),
}


def whole(blobs: BlobStore, name: BlobKey, start: int = 0) -> bytes:
    """The bytes from there on."""
    return b"".join(blobs.read(name, start))


class BlobStoreContract:
    """Every blob store, everywhere."""

    @pytest.fixture
    def blobs(self) -> BlobStore:
        raise NotImplementedError

    @pytest.mark.parametrize("content", AWKWARD.values(), ids=AWKWARD)
    def test_what_was_written_is_read(self, blobs: BlobStore, content: bytes) -> None:
        assert blobs.write(SOURCE, [content])
        assert whole(blobs, SOURCE) == content
        assert blobs.stat(SOURCE).size == len(content)

    def test_parts_are_joined_in_order(self, blobs: BlobStore) -> None:
        assert blobs.write(SOURCE, iter([b"a", b"", b"bc", bytes(BLOCK + 1), b"\n"]))
        assert whole(blobs, SOURCE) == b"abc" + bytes(BLOCK + 1) + b"\n"

    def test_no_parts_make_an_empty_blob(self, blobs: BlobStore) -> None:
        assert blobs.write(SOURCE, [])
        assert whole(blobs, SOURCE) == b""
        assert not blobs.write(SOURCE, [b"x"])

    def test_a_blob_is_written_once(self, blobs: BlobStore) -> None:
        assert blobs.write(SOURCE, [b"first"])
        before = blobs.stat(SOURCE)
        assert not blobs.write(SOURCE, [b"second"])
        assert not blobs.write(SOURCE, [b"first"])
        assert whole(blobs, SOURCE) == b"first"
        assert blobs.stat(SOURCE) == before

    def test_parts_that_break_off_store_nothing(self, blobs: BlobStore) -> None:
        def parts() -> Iterator[bytes]:
            yield b"begun"
            yield bytes(2 * BLOCK)
            raise RuntimeError("the source broke off")

        with pytest.raises(RuntimeError, match="broke off"):
            blobs.write(SOURCE, parts())
        with pytest.raises(BlobNotFoundError):
            blobs.stat(SOURCE)
        assert blobs.write(SOURCE, [b"again"])
        assert whole(blobs, SOURCE) == b"again"

    def test_nothing_is_seen_of_a_blob_before_it_is_whole(self, blobs: BlobStore) -> None:
        def parts() -> Iterator[bytes]:
            yield b"begun"
            with pytest.raises(BlobNotFoundError):
                blobs.read(SOURCE)
            yield b"ended"

        assert blobs.write(SOURCE, parts())

    def test_a_blob_may_be_written_while_others_are_read_and_written(self, blobs: BlobStore) -> None:
        blobs.write(SOURCE, [b"x" * BLOCK, b"y" * BLOCK, b"z"])

        def parts() -> Iterator[bytes]:
            for number, block in enumerate(blobs.read(SOURCE)):
                assert blobs.write(chunk_key(key(), number), [block[:1]])
                yield block.upper()

        assert blobs.write(export_key(key()), parts())
        assert whole(blobs, export_key(key())) == b"X" * BLOCK + b"Y" * BLOCK + b"Z"
        assert [whole(blobs, chunk_key(key(), number)) for number in range(3)] == [b"x", b"y", b"z"]

    @pytest.mark.parametrize("start", [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 5])
    def test_reading_may_begin_anywhere(self, blobs: BlobStore, start: int) -> None:
        content = bytes(range(256)) * (BLOCK // 256) + b"12345"
        blobs.write(SOURCE, [content])
        assert whole(blobs, SOURCE, start) == content[start:]

    def test_reading_from_beyond_the_end_gives_nothing(self, blobs: BlobStore) -> None:
        blobs.write(SOURCE, [b"abc"])
        assert whole(blobs, SOURCE, 3) == b""
        assert whole(blobs, SOURCE, 4_000) == b""

    def test_an_empty_blob_reads_as_nothing_from_anywhere(self, blobs: BlobStore) -> None:
        blobs.write(SOURCE, [b""])
        assert whole(blobs, SOURCE) == b""
        assert whole(blobs, SOURCE, 5) == b""

    def test_no_block_is_larger_than_promised_or_empty(self, blobs: BlobStore) -> None:
        blobs.write(SOURCE, [bytes(3 * BLOCK + 7)])
        for start in (0, 5):
            sizes = [len(block) for block in blobs.read(SOURCE, start)]
            assert max(sizes) <= BLOCK
            assert min(sizes) > 0

    def test_a_missing_blob_is_missed_at_the_call(self, blobs: BlobStore) -> None:
        with pytest.raises(BlobNotFoundError):
            blobs.read(SOURCE)
        with pytest.raises(BlobNotFoundError):
            blobs.read(SOURCE, 5, etag="any")
        with pytest.raises(BlobNotFoundError):
            blobs.stat(SOURCE)

    def test_a_name_that_only_leads_to_others_is_no_blob(self, blobs: BlobStore) -> None:
        blobs.write(chunk_key(key(), 1), [b"x"])
        parent = BlobKey(chunk_key(key(), 1).rpartition("/")[0])
        with pytest.raises(BlobNotFoundError):
            blobs.read(parent)
        with pytest.raises(BlobNotFoundError):
            blobs.stat(parent)

    def test_a_blob_is_read_by_its_tag(self, blobs: BlobStore) -> None:
        blobs.write(SOURCE, [b"abc"])
        tag = blobs.stat(SOURCE).etag
        assert tag == blobs.stat(SOURCE).etag
        assert b"".join(blobs.read(SOURCE, 1, etag=tag)) == b"bc"

    @pytest.mark.parametrize("tag", ["", "x", '"quoted"'])
    def test_another_tag_is_refused_at_the_call(self, blobs: BlobStore, tag: str) -> None:
        blobs.write(SOURCE, [b"abc"])
        with pytest.raises(BlobChangedError):
            blobs.read(SOURCE, etag=tag)

    def test_the_tag_changes_with_the_content(self, blobs: BlobStore) -> None:
        tags = set()
        for content in (b"abc", b"abd", b"xyz", b""):
            blobs.write(SOURCE, [content])
            tags.add(blobs.stat(SOURCE).etag)
            blobs.erase(prefixes_of(key())[0])
        assert len(tags) == 4

    def test_erasing_leaves_nothing_under_the_prefix_and_all_beside_it(self, blobs: BlobStore) -> None:
        gone = [upload_key(key(1)), BlobKey(upload_key(key(1)) + "/deeper/still")]
        kept = [upload_key(key(2)), upload_key(key(1, OTHER)), plan_key(key(1)), export_key(key(1))]
        for name in (gone[1], *kept):
            blobs.write(name, [name.encode()])
        for name in (gone[1], *kept):
            assert whole(blobs, name) == name.encode()
        blobs.erase(prefixes_of(key(1))[0])
        with pytest.raises(BlobNotFoundError):
            blobs.stat(gone[1])
        for name in kept:
            assert whole(blobs, name) == name.encode()

    def test_many_blobs_are_erased_together(self, blobs: BlobStore) -> None:
        for number in range(60):
            blobs.write(chunk_key(key(), number), [b"x"])
        blobs.erase(prefixes_of(key())[1])
        for number in range(60):
            with pytest.raises(BlobNotFoundError):
                blobs.stat(chunk_key(key(), number))

    def test_erasing_twice_or_what_was_never_there_is_fine(self, blobs: BlobStore) -> None:
        for prefix in prefixes_of(key()):
            blobs.erase(prefix)
            blobs.erase(prefix)

    def test_what_was_erased_can_be_written_anew(self, blobs: BlobStore) -> None:
        blobs.write(SOURCE, [b"old"])
        blobs.erase(prefixes_of(key())[0])
        assert blobs.write(SOURCE, [b"new"])
        assert whole(blobs, SOURCE) == b"new"

    @pytest.mark.parametrize("prefix", ["", "uploads", f"uploads/{ACME}"])
    def test_a_prefix_that_cuts_a_name_is_the_callers_mistake(self, blobs: BlobStore, prefix: str) -> None:
        blobs.write(SOURCE, [b"kept"])
        with pytest.raises(ValueError):
            blobs.erase(BlobKey(prefix))
        assert whole(blobs, SOURCE) == b"kept"

    def test_of_many_that_write_one_blob_one_wins(self, blobs: BlobStore) -> None:
        results = race(
            lambda number: blobs.write(SOURCE, [bytes([number]) * 10_000, bytes([number]) * number])
        )
        assert sorted(map(str, results)) == ["False"] * 19 + ["True"]
        winner = results.index(True)
        assert whole(blobs, SOURCE) == bytes([winner]) * (10_000 + winner)

    def test_an_upload_form_says_what_was_granted(self, blobs: BlobStore) -> None:
        form = blobs.grant_upload(SOURCE, max_bytes=12_345, until=LATER)
        assert (form.max_bytes, form.expires_at, form.method) == (12_345, LATER, "POST")
        assert form.url.startswith("http")
        assert form.fields["key"] == SOURCE
        assert "file" not in form.fields

    def test_two_forms_are_not_the_same(self, blobs: BlobStore) -> None:
        first = blobs.grant_upload(SOURCE, max_bytes=5, until=LATER)
        second = blobs.grant_upload(upload_key(key(2)), max_bytes=5, until=LATER)
        assert dict(first.fields) != dict(second.fields)

    def test_a_grant_stores_nothing_by_itself(self, blobs: BlobStore) -> None:
        blobs.grant_upload(SOURCE, max_bytes=5, until=LATER)
        with pytest.raises(BlobNotFoundError):
            blobs.stat(SOURCE)

    def test_a_download_link_is_a_link_or_left_to_the_server(self, blobs: BlobStore) -> None:
        blobs.write(export_key(key()), [b"x"])
        link = blobs.grant_download(
            export_key(key()), filename='naïve "🎉".csv', until=LATER + timedelta(minutes=5)
        )
        assert link is None or link.startswith("http")


class TestFakeBlobStore(BlobStoreContract):
    @pytest.fixture
    def blobs(self) -> BlobStore:
        return FakeBlobStore()


class TestFileBlobStore(BlobStoreContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path, db: Database) -> BlobStore:
        return FileBlobStore(
            tmp_path / "blobs", grants=SqliteUploadGrants(db), base_url=lambda: "http://127.0.0.1:8000"
        )


class TestS3BlobStore(BlobStoreContract):
    @pytest.fixture
    def blobs(self) -> Iterator[BlobStore]:
        with aws.simulated_aws():
            aws.make_buckets()
            yield S3BlobStore(
                aws.s3(), uploads_bucket=aws.UPLOADS, results_bucket=aws.RESULTS, clock=FakeClock(NOON)
            )
