"""Blobs as objects in two buckets: what comes in and is worked on in one, what goes out in the other."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from aurastream.adapters.attachment import attachment
from aurastream.adapters.aws.errors import code_of, translated
from aurastream.domain.blobs import BlobInfo, UploadForm
from aurastream.domain.errors import (
    AuraStreamError,
    BlobChangedError,
    BlobNotFoundError,
    UnavailableError,
)
from aurastream.domain.keys import RESULTS, BlobKey
from aurastream.ports.blob_store import BLOCK, BlobStore
from aurastream.ports.clock import Clock

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, GetObjectRequestTypeDef

PIECE = 8 << 20
"""Bytes of one part of an upload (at least 5 MiB): 10,000 of them are 80 GiB."""
GRANTED = timedelta(minutes=15)
"""The longest that a form or a link is good for."""
RESUMES = 5
"""How often a broken stream is taken up again before a single byte more has come."""

_NEW = "*"  # If-None-Match: only where there is nothing yet


@dataclass(slots=True)
class _Stream:
    """An object that is being read, and the tag of the version it is read from."""

    body: "StreamingBody"
    etag: str


class S3BlobStore(BlobStore):
    """Keeps blobs under `results/` in the results bucket and all others in the uploads bucket."""

    def __init__(self, client: "S3Client", *, uploads_bucket: str, results_bucket: str, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._uploads_bucket, self._results_bucket = uploads_bucket, results_bucket

    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        pieces = _pieces_of(parts, PIECE)
        first = next(pieces)
        second = next(pieces, None)
        if second is None:
            return self._write_whole(key, first)
        return self._write_in_parts(key, chain([first, second], pieces))

    def read(self, key: BlobKey, start: int = 0, *, etag: str | None = None) -> Iterator[bytes]:
        stream = self._open(key, start, etag)
        return iter(()) if stream is None else self._blocks(key, start, stream)

    def stat(self, key: BlobKey) -> BlobInfo:
        with translated({"404": _missing()}):
            answer = self._client.head_object(Bucket=self._bucket_of(key), Key=key)
        return BlobInfo(size=answer["ContentLength"], etag=_bare(answer["ETag"]))

    def erase(self, prefix: BlobKey) -> None:
        if not prefix.endswith("/"):
            raise ValueError("a prefix ends in /")
        bucket = self._bucket_of(prefix)
        with translated():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                if not (found := page.get("Contents", [])):
                    continue
                answer = self._client.delete_objects(
                    Bucket=bucket,
                    Delete={"Objects": [{"Key": blob["Key"]} for blob in found], "Quiet": True},
                )
                if errors := answer.get("Errors", []):
                    raise UnavailableError(f"{len(errors)} blobs resist: {errors[0].get('Code', '')}")

    def grant_upload(self, key: BlobKey, *, max_bytes: int, until: datetime) -> UploadForm:
        seconds = self._seconds(until)
        granted = self._client.generate_presigned_post(
            Bucket=self._bucket_of(key),
            Key=key,
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=seconds,
        )
        return UploadForm(
            url=granted["url"],
            fields=granted["fields"],
            expires_at=self._clock.now() + timedelta(seconds=seconds),
            max_bytes=max_bytes,
        )

    def grant_download(self, key: BlobKey, *, filename: str, until: datetime) -> str | None:
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket_of(key),
                "Key": key,
                "ResponseContentDisposition": attachment(filename),
            },
            ExpiresIn=self._seconds(until),
        )

    def _bucket_of(self, key: BlobKey) -> str:
        return self._results_bucket if key.startswith(RESULTS) else self._uploads_bucket

    def _seconds(self, until: datetime) -> int:
        """From now until then, in whole seconds, and never longer than any grant lasts."""
        return max(0, math.floor(min(until - self._clock.now(), GRANTED).total_seconds()))

    def _write_whole(self, key: BlobKey, whole: bytes) -> bool:
        with translated():
            try:
                self._client.put_object(Bucket=self._bucket_of(key), Key=key, Body=whole, IfNoneMatch=_NEW)
            except ClientError as error:
                return _refused_as_second(error)
        return True

    def _write_in_parts(self, key: BlobKey, pieces: Iterator[bytes]) -> bool:
        with translated():
            answer = self._client.create_multipart_upload(Bucket=self._bucket_of(key), Key=key)
        upload_id, done = answer["UploadId"], False
        try:
            parts = [
                self._write_part(key, upload_id, number, piece) for number, piece in enumerate(pieces, 1)
            ]
            done = self._complete(key, upload_id, parts)
        finally:
            if not done:
                self._give_up(key, upload_id)
        return done

    def _write_part(self, key: BlobKey, upload_id: str, number: int, piece: bytes) -> "CompletedPartTypeDef":
        with translated(_given_up()):
            answer = self._client.upload_part(
                Bucket=self._bucket_of(key), Key=key, UploadId=upload_id, PartNumber=number, Body=piece
            )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _complete(self, key: BlobKey, upload_id: str, parts: "Sequence[CompletedPartTypeDef]") -> bool:
        with translated(_given_up()):
            try:
                self._client.complete_multipart_upload(
                    Bucket=self._bucket_of(key),
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": parts},
                    IfNoneMatch=_NEW,
                )
            except ClientError as error:
                return _refused_as_second(error)
        return True

    def _give_up(self, key: BlobKey, upload_id: str) -> None:
        # What went wrong before is what the caller has to know; the bucket's lifecycle gives up what is left.
        with suppress(ClientError, BotoCoreError):
            self._client.abort_multipart_upload(Bucket=self._bucket_of(key), Key=key, UploadId=upload_id)

    def _open(self, key: BlobKey, start: int, etag: str | None) -> _Stream | None:
        """The object from `start` on; None where it ends before that."""
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket_of(key), "Key": key}
        if start:
            request["Range"] = f"bytes={start}-"
        if etag is not None:
            request["IfMatch"] = f'"{_bare(etag)}"'
        with translated({"NoSuchKey": _missing(), "PreconditionFailed": BlobChangedError("another blob")}):
            try:
                answer = self._client.get_object(**request)
            except ClientError as error:
                if code_of(error) == "InvalidRange":
                    return None
                raise
        return _Stream(answer["Body"], answer["ETag"])

    def _blocks(self, key: BlobKey, at: int, stream: _Stream | None) -> Iterator[bytes]:
        """
        The rest of an object in blocks, taken up again where the connection breaks.

        A reader that works as it reads may leave the connection idle for longer than S3 keeps it.
        """
        broken = 0
        while stream is not None:
            with closing(stream.body):
                try:
                    with translated():
                        while block := stream.body.read(BLOCK):
                            broken, at = 0, at + len(block)
                            yield block
                    return
                except UnavailableError:
                    broken += 1
                    if broken > RESUMES:
                        raise
            stream = self._open(key, at, stream.etag)


def _refused_as_second(error: ClientError) -> bool:
    """False where the key was taken already; any other refusal goes on."""
    if code_of(error) == "PreconditionFailed":
        return False
    raise error


def _missing() -> BlobNotFoundError:
    return BlobNotFoundError("no such blob")


def _given_up() -> Mapping[str, AuraStreamError]:
    return {"NoSuchUpload": UnavailableError("the upload was given up meanwhile")}


def _bare(etag: str) -> str:
    """A tag as events tell it: without the quotes of the header."""
    return etag.strip('"')


def _pieces_of(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one shorter and the only one that may be empty."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) > size:
            yield bytes(waiting[:size])
            del waiting[:size]
    yield bytes(waiting)
