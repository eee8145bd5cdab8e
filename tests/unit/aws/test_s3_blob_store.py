"""What S3BlobStore does beyond any blob store's promise."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from aurastream.adapters.aws.s3_blob_store import PIECE, RESUMES, S3BlobStore, _pieces_of
from aurastream.domain.errors import BlobChangedError, BlobNotFoundError, UnavailableError
from aurastream.domain.keys import BlobKey, chunk_key, export_key, prefixes_of, summary_key, upload_key
from aurastream.ports.blob_store import BLOCK
from tests import simulated_aws as aws
from tests.contracts.cases import NOON, key
from tests.fakes import FakeClock

SOURCE = upload_key(key())
EXPORT = export_key(key())


@pytest.fixture
def wire() -> Iterator[aws.Wire]:
    with aws.simulated_aws() as wire:
        aws.make_buckets()
        yield wire


@pytest.fixture
def blobs(wire: aws.Wire) -> S3BlobStore:
    return S3BlobStore(
        aws.s3(), uploads_bucket=aws.UPLOADS, results_bucket=aws.RESULTS, clock=FakeClock(NOON)
    )


def keys_in(bucket: str) -> list[str]:
    return [blob["Key"] for blob in aws.s3().list_objects_v2(Bucket=bucket).get("Contents", [])]


def unfinished_uploads() -> int:
    return sum(
        len(aws.s3().list_multipart_uploads(Bucket=bucket).get("Uploads", []))
        for bucket in (aws.UPLOADS, aws.RESULTS)
    )


def large(end: bytes = b"end") -> Iterator[bytes]:
    for _ in range(17):
        yield bytes(BLOCK)
    yield end


def test_results_lie_in_one_bucket_and_all_else_in_the_other(blobs: S3BlobStore) -> None:
    for name in (SOURCE, chunk_key(key(), 0), EXPORT, summary_key(key())):
        blobs.write(name, [b"x"])
    assert sorted(keys_in(aws.UPLOADS)) == sorted([SOURCE, chunk_key(key(), 0)])
    assert sorted(keys_in(aws.RESULTS)) == sorted([EXPORT, summary_key(key())])


def test_a_small_blob_is_one_call(blobs: S3BlobStore, wire: aws.Wire) -> None:
    wire.calls.clear()
    blobs.write(SOURCE, [b"a"] * 1_000)
    assert wire.calls == {"PutObject": 1}


@settings(deadline=None)  # the machine may be busy
@given(sizes=st.lists(st.integers(0, 50), max_size=20), size=st.integers(1, 40))
def test_pieces_are_of_one_size_but_the_last(sizes: list[int], size: int) -> None:
    parts = [bytes([number % 256]) * length for number, length in enumerate(sizes)]
    *full, last = _pieces_of(parts, size)
    assert b"".join([*full, last]) == b"".join(parts)
    assert all(len(piece) == size for piece in full)
    assert len(last) <= size
    assert last or not full


def test_a_large_blob_goes_in_parts_and_is_written_once_all_the_same(
    blobs: S3BlobStore, wire: aws.Wire
) -> None:
    assert blobs.write(EXPORT, large())
    assert wire.calls["UploadPart"] == 3
    assert PIECE >= 5 << 20
    before = blobs.stat(EXPORT)
    assert before.size == 17 * BLOCK + 3
    assert b"".join(blobs.read(EXPORT, 17 * BLOCK)) == b"end"
    assert not blobs.write(EXPORT, large(b"other"))
    assert not blobs.write(EXPORT, [b"small"])
    assert blobs.stat(EXPORT) == before
    assert unfinished_uploads() == 0


def test_a_large_blob_that_breaks_off_leaves_nothing_behind(blobs: S3BlobStore) -> None:
    def parts() -> Iterator[bytes]:
        yield from large()
        raise RuntimeError("the source broke off")

    with pytest.raises(RuntimeError, match="broke off"):
        blobs.write(EXPORT, parts())
    assert keys_in(aws.RESULTS) == []
    assert unfinished_uploads() == 0


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
def test_a_large_blob_that_cannot_be_stored_leaves_nothing_behind(blobs: S3BlobStore, operation: str) -> None:
    with aws.refusing(aws.s3(), operation, "SlowDown", status=503), pytest.raises(UnavailableError):
        blobs.write(EXPORT, large())
    assert keys_in(aws.RESULTS) == []
    assert unfinished_uploads() == 0
    assert blobs.write(EXPORT, large())


@pytest.mark.parametrize("size", [1, 2 * PIECE])
def test_a_race_that_nobody_decided_may_be_run_again(blobs: S3BlobStore, size: int) -> None:
    operation = "PutObject" if size == 1 else "CompleteMultipartUpload"
    refused = aws.refusing(aws.s3(), operation, "ConditionalRequestConflict", status=409)
    with refused, pytest.raises(UnavailableError):
        blobs.write(EXPORT, [bytes(size)])
    assert blobs.write(EXPORT, [bytes(size)])


class Flaky:
    """A body that breaks off after so many bytes, as a connection does that was idle for too long."""

    def __init__(self, whole: bytes, breaks_after: int) -> None:
        self._whole, self._left = BytesIO(whole), breaks_after
        self.closed = False

    def read(self, amount: int) -> bytes:
        if self._left <= 0:
            raise ReadTimeoutError(endpoint_url="https://s3")
        self._left -= amount
        return self._whole.read(amount)

    def close(self) -> None:
        self.closed = True


def flaky(whole: bytes, breaks_after: int, asked: list[dict[str, Any]]) -> Any:
    """A hook that makes the bodies of GetObject break off."""

    def spoil(parsed: dict[str, Any], context: Any, **_call: Any) -> None:
        start = int(asked[-1].get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        parsed["Body"] = Flaky(whole[start:], breaks_after)

    return spoil


@pytest.fixture
def asked(wire: aws.Wire) -> Iterator[list[dict[str, Any]]]:
    """What GetObject was asked for."""
    seen: list[dict[str, Any]] = []
    events: Any = aws.s3().meta.events

    def note(params: dict[str, Any], **_call: Any) -> None:
        seen.append(dict(params))

    events.register("provide-client-params.s3.GetObject", note)
    yield seen
    events.unregister("provide-client-params.s3.GetObject", note)


def test_a_stream_that_breaks_off_is_taken_up_where_it_broke(
    blobs: S3BlobStore, asked: list[dict[str, Any]]
) -> None:
    whole = bytes(range(256)) * (3 * BLOCK // 256) + b"end"
    blobs.write(SOURCE, [whole])
    tag = blobs.stat(SOURCE).etag
    spoil, events = flaky(whole, BLOCK, asked), aws.s3().meta.events
    events.register("after-call.s3.GetObject", spoil)
    try:
        assert b"".join(blobs.read(SOURCE, 5)) == whole[5:]
    finally:
        events.unregister("after-call.s3.GetObject", spoil)
    starts = [5, 5 + BLOCK, 5 + 2 * BLOCK, len(whole)]
    assert [one.get("Range") for one in asked] == [f"bytes={start}-" for start in starts]
    assert [one.get("IfMatch") for one in asked] == [None, *[f'"{tag}"'] * 3]


def test_a_stream_that_never_goes_on_is_given_up(blobs: S3BlobStore, asked: list[dict[str, Any]]) -> None:
    blobs.write(SOURCE, [b"x"])
    spoil, events = flaky(b"x", 0, asked), aws.s3().meta.events
    events.register("after-call.s3.GetObject", spoil)
    try:
        with pytest.raises(UnavailableError):
            list(blobs.read(SOURCE))
    finally:
        events.unregister("after-call.s3.GetObject", spoil)
    assert len(asked) == RESUMES + 1


def test_a_stream_is_never_taken_up_in_another_blob(blobs: S3BlobStore, asked: list[dict[str, Any]]) -> None:
    whole = bytes(3 * BLOCK)
    blobs.write(SOURCE, [whole])
    spoil, events = flaky(whole, BLOCK, asked), aws.s3().meta.events
    events.register("after-call.s3.GetObject", spoil)
    try:
        reading = blobs.read(SOURCE)
        next(reading)
        aws.s3().put_object(Bucket=aws.UPLOADS, Key=SOURCE, Body=b"x" * 3 * BLOCK)
        with pytest.raises(BlobChangedError):
            list(reading)
    finally:
        events.unregister("after-call.s3.GetObject", spoil)


def test_a_reader_that_stops_early_closes_the_connection(
    blobs: S3BlobStore, asked: list[dict[str, Any]]
) -> None:
    blobs.write(SOURCE, [bytes(2 * BLOCK)])
    bodies: list[Flaky] = []

    def spoil(parsed: dict[str, Any], **_call: Any) -> None:
        bodies.append(Flaky(bytes(2 * BLOCK), 10 * BLOCK))
        parsed["Body"] = bodies[-1]

    events: Any = aws.s3().meta.events
    events.register("after-call.s3.GetObject", spoil)
    try:
        reading = blobs.read(SOURCE)
        next(reading)
        del reading
    finally:
        events.unregister("after-call.s3.GetObject", spoil)
    assert [body.closed for body in bodies] == [True]


def test_more_blobs_than_one_call_deletes_are_erased(blobs: S3BlobStore, wire: aws.Wire) -> None:
    for number in range(1_002):
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(aws.UPLOADS, chunk_key(key(), number), b"")
    wire.calls.clear()
    blobs.erase(prefixes_of(key())[1])
    assert keys_in(aws.UPLOADS) == []
    assert wire.calls["DeleteObjects"] == 2


def test_blobs_that_resist_are_told(blobs: S3BlobStore) -> None:
    blobs.write(SOURCE, [b"x"])
    errors = {"Errors": [{"Key": SOURCE, "Code": "InternalError", "Message": aws.SECRET}]}
    answering = aws.answering(aws.s3(), "DeleteObjects", lambda _asked: (200, errors))
    with answering, pytest.raises(UnavailableError, match="1 blobs resist: InternalError") as error:
        blobs.erase(prefixes_of(key())[0])
    assert aws.SECRET not in str(error.value)
    blobs.erase(prefixes_of(key())[0])
    with pytest.raises(BlobNotFoundError):
        blobs.stat(SOURCE)


def policy_of(fields: Any) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return policy


def test_an_upload_form_grants_one_key_a_size_and_nothing_else(blobs: S3BlobStore) -> None:
    form = blobs.grant_upload(SOURCE, max_bytes=1_000, until=NOON + timedelta(minutes=5))
    conditions = policy_of(form.fields)["conditions"]
    assert ["content-length-range", 1, 1_000] in conditions
    assert {"key": SOURCE} in conditions
    assert {"bucket": aws.UPLOADS} in conditions
    signed = {name for one in conditions if isinstance(one, dict) for name in one}
    assert signed == {
        "bucket",
        "key",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
    }
    assert len(conditions) == 6
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert form.url == f"https://{aws.UPLOADS}.s3.{aws.REGION}.amazonaws.com/"


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(minutes=15), timedelta(minutes=15)),
        (timedelta(hours=24), timedelta(minutes=15)),
        (timedelta(seconds=90, milliseconds=900), timedelta(seconds=90)),
        (timedelta(0), timedelta(0)),
        (timedelta(days=-1), timedelta(0)),
    ],
)
def test_no_grant_lasts_longer_than_asked_nor_than_a_quarter_of_an_hour(
    blobs: S3BlobStore, asked: timedelta, granted: timedelta
) -> None:
    form = blobs.grant_upload(SOURCE, max_bytes=5, until=NOON + asked)
    assert form.expires_at == NOON + granted
    expires = datetime.fromisoformat(policy_of(form.fields)["expiration"])
    made = datetime.strptime(form.fields["x-amz-date"], "%Y%m%dT%H%M%S%z")
    assert abs(expires - made - granted) <= timedelta(seconds=1)
    link = blobs.grant_download(EXPORT, filename="a.csv", until=NOON + asked)
    assert link is not None
    [seconds] = parse_qs(urlsplit(link).query)["X-Amz-Expires"]
    assert timedelta(seconds=int(seconds)) == granted


def test_a_download_link_names_the_file_as_the_caller_did(blobs: S3BlobStore) -> None:
    link = blobs.grant_download(EXPORT, filename='naïve "🎉".csv', until=NOON + timedelta(minutes=5))
    assert link is not None
    parts = urlsplit(link)
    assert parts.netloc == f"{aws.RESULTS}.s3.{aws.REGION}.amazonaws.com"
    assert parts.path == f"/{EXPORT}"
    query = parse_qs(parts.query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["response-content-disposition"] == [
        "attachment; filename=\"na_ve _.csv\"; filename*=UTF-8''na%C3%AFve%20%F0%9F%8E%89.csv"
    ]


def test_a_tag_is_told_as_events_tell_it(blobs: S3BlobStore) -> None:
    blobs.write(SOURCE, [b"abc"])
    tag = blobs.stat(SOURCE).etag
    assert tag == "900150983cd24fb0d6963f7d28e17f72"
    assert b"".join(blobs.read(SOURCE, etag=f'"{tag}"')) == b"abc"


def test_a_name_that_is_a_key_of_results_only_by_half_is_none(blobs: S3BlobStore) -> None:
    blobs.write(BlobKey("resultsx/a"), [b"x"])
    assert keys_in(aws.UPLOADS) == ["resultsx/a"]
