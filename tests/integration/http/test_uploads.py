"""The form by which a large file comes in."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import Job, JobStatus
from tests.integration.http.service import Bench, Client

BOUNDARY = "a-boundary"
MEDIA = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + value + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def granted(bench: Bench, *, max_bytes: int = 1_000, token: str = "t") -> Job:
    job = bench.job()
    until = bench.clock.now() + timedelta(minutes=15)
    bench.grants.grant(token, job.input_key, max_bytes, until)
    return job


def whole(job: Job, file: bytes, token: str = "t") -> bytes:
    return form(
        part("key", job.input_key.encode()), part("token", token.encode()), part("file", file, "a.csv")
    )


def send(client: Client, body: bytes, media: str = MEDIA) -> httpx.Response:
    return client("POST", "/v1/uploads", body, media=media)


@pytest.mark.parametrize(
    "file", [b"", b"review\ngood\n", bytes(range(256)), b"\r\n--a-boundar\r\n--", b"x" * 1_000]
)
def test_the_file_is_stored_as_it_is_and_starts_its_job(bench: Bench, client: Client, file: bytes) -> None:
    job = granted(bench)
    answer = send(client, whole(job, file))
    assert (answer.status_code, answer.content) == (204, b"")
    assert bench.blobs.blobs == {job.input_key: file}
    stored = bench.jobs.get(job.key)
    assert stored.status is JobStatus.QUEUED
    assert stored.source is not None
    assert (stored.source.key, stored.source.size) == (job.input_key, len(file))
    assert stored.source.etag == bench.blobs.stat(job.input_key).etag
    assert bench.workflows.started == [job.key]


def test_any_client_can_fill_the_form(bench: Bench) -> None:
    job = granted(bench)

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(app=bench.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            fields = {"key": job.input_key, "token": "t"}
            return await client.post("/v1/uploads", data=fields, files={"file": ("ü.csv", b"a\n")})

    assert asyncio.run(post()).status_code == 204
    assert bench.blobs.blobs[job.input_key] == b"a\n"


def test_a_form_works_once(bench: Bench, client: Client) -> None:
    job = granted(bench)
    assert send(client, whole(job, b"first")).status_code == 204
    again = send(client, whole(job, b"second"))
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert bench.blobs.blobs[job.input_key] == b"first"


def test_a_form_is_for_one_file(bench: Bench, client: Client) -> None:
    job, other = granted(bench), bench.job()
    for key, token in ((other.input_key, "t"), (job.input_key, "u"), ("../" + job.input_key, "t"), ("", "")):
        body = form(part("key", key.encode()), part("token", token.encode()), part("file", b"x", "f"))
        answer = send(client, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert bench.blobs.blobs == {}
    assert send(client, whole(job, b"x")).status_code == 204


def test_a_form_works_for_some_minutes(bench: Bench, client: Client) -> None:
    job = granted(bench)
    bench.clock.advance(timedelta(minutes=15))
    assert send(client, whole(job, b"x")).status_code == 404
    assert bench.blobs.blobs == {}


def test_a_byte_too_many_leaves_nothing_and_may_be_mended(bench: Bench, client: Client) -> None:
    job = granted(bench, max_bytes=10)
    answer = send(client, whole(job, b"x" * 11))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert bench.blobs.blobs == {}
    assert bench.jobs.get(job.key).status is JobStatus.AWAITING_UPLOAD
    assert send(client, whole(job, b"x" * 10)).status_code == 204


def broken_off(job: Job) -> dict[str, bytes]:
    good = whole(job, b"some rows")
    return {
        "nothing": b"",
        "no form": b"key=value",
        "no file": form(part("key", b"k"), part("token", b"t")),
        "the file alone": form(part("token", b"t")),
        "in the file": good[: good.index(b"rows")],
        "before the end of the file": good[: good.rindex(f"\r\n--{BOUNDARY}".encode())],
        "in the last boundary": good[: good.rindex(f"{BOUNDARY}--".encode()) + 3],
        "a field too long": form(part("key", b"k" * 4_097), part("file", b"", "f")),
        "too many fields": form(*[part(f"f{n}", b"") for n in range(21)], part("file", b"", "f")),
        "a header without an end": f"--{BOUNDARY}\r\n".encode() + b"X" * 100_000,
    }


@pytest.mark.parametrize("how", broken_off(Bench().job()))
def test_what_is_no_whole_form_leaves_nothing(bench: Bench, client: Client, how: str) -> None:
    job = granted(bench)
    answer = send(client, broken_off(job)[how])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert bench.blobs.blobs == {}
    assert send(client, whole(job, b"x")).status_code == 204


@pytest.mark.parametrize(
    "media",
    [
        "text/csv",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/mixed; boundary=a",
        "",
        "multipart/form-data; boundary=" + "x" * 300,
    ],
)
def test_another_media_type_is_a_415(bench: Bench, client: Client, media: str) -> None:
    answer = send(client, whole(granted(bench), b"x"), media)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_fields_behind_the_file_are_not_looked_at(bench: Bench, client: Client) -> None:
    job = granted(bench)
    body = form(
        part("key", job.input_key.encode()),
        part("token", b"t"),
        part("file", b"first", "f"),
        part("file", b"second", "f"),
        part("key", b"other"),
    )
    assert send(client, body).status_code == 204
    assert bench.blobs.blobs == {job.input_key: b"first"}


@pytest.mark.parametrize("ended", ["cancelled", "deleted"])
def test_a_job_that_waits_no_more_takes_no_file(bench: Bench, client: Client, ended: str) -> None:
    job = granted(bench)
    client("POST", f"/v1/jobs/{job.key.job_id}/cancel")
    if ended == "deleted":
        client("DELETE", f"/v1/jobs/{job.key.job_id}")
    answer = send(client, whole(job, b"x"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert bench.blobs.blobs == {}


def test_a_job_deleted_while_its_file_comes_in_keeps_nothing(bench: Bench, client: Client) -> None:
    job = granted(bench)
    write = bench.blobs.write

    def delayed(key: Any, parts: Iterable[bytes]) -> bool:
        client_elsewhere(bench, job)
        return write(key, parts)

    bench.blobs.write = delayed  # type: ignore[method-assign] # the moment in between
    assert send(client, whole(job, b"x")).status_code == 404
    assert bench.blobs.blobs == {}


def client_elsewhere(bench: Bench, job: Job) -> None:
    cancelled = bench.jobs.get(job.key).request_cancel(now=bench.clock.now())
    bench.jobs.save(cancelled)
    bench.jobs.save(cancelled.delete(now=bench.clock.now()))


def test_a_job_that_could_not_be_started_is_started_by_the_same_form(bench: Bench, client: Client) -> None:
    job = granted(bench)
    bench.workflows.broken = UnavailableError("down")
    assert send(client, whole(job, b"x")).status_code == 503
    bench.workflows.broken = None
    assert send(client, whole(job, b"x")).status_code == 204
    assert bench.workflows.started == [job.key]


def test_a_store_in_trouble_leaves_the_form_good(bench: Bench, client: Client) -> None:
    job = granted(bench)
    bench.blobs.broken = UnavailableError("down")
    assert send(client, whole(job, b"x")).status_code == 503
    bench.blobs.broken = None
    assert send(client, whole(job, b"x")).status_code == 204


def test_a_sender_that_goes_away_leaves_nothing(bench: Bench) -> None:
    job = granted(bench)
    body = whole(job, b"x" * 100)
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[:-80], "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def answer(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/uploads",
        "query_string": b"",
        "headers": [(b"content-type", MEDIA.encode())],
    }
    asyncio.run(bench.app()(scope, receive, answer))
    assert answered == []
    assert bench.blobs.blobs == {}
    assert send(bench.client(), whole(job, b"x")).status_code == 204


def test_nobody_is_told_when_nobody_is_there(bench: Bench) -> None:
    answered: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def answer(message: Any) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/sentiment",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(bench.app()(scope, receive, answer))
    assert answered == []


@pytest.mark.parametrize("step", [1, 7, 64, 65_536])
def test_it_does_not_matter_how_the_form_is_cut(bench: Bench, step: int) -> None:
    job = granted(bench)
    file = b"\r\n--a-boundary-not\r\n\r\n-" * 9
    body = whole(job, file)

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), step):
            yield body[start : start + step]

    assert asyncio.run(streamed(bench, parts())).status_code == 204
    assert bench.blobs.blobs[job.input_key] == file


def test_memory_stays_flat_whatever_the_size(bench: Bench) -> None:
    size = 64 << 20
    job = granted(bench, max_bytes=size)
    head, tail = whole(job, b"|").split(b"|")
    sizes: list[int] = []

    def counted(key: Any, parts: Iterable[bytes]) -> bool:
        sizes.append(sum(map(len, parts)))
        bench.blobs.blobs[job.input_key] = b"x"
        return True

    bench.blobs.write = counted  # type: ignore[method-assign] # a store that keeps nothing in memory

    async def parts() -> AsyncIterator[bytes]:
        yield head
        for _ in range(size >> 16):
            yield b"x" * (1 << 16)
        yield tail

    tracemalloc.start()
    try:
        assert asyncio.run(streamed(bench, parts())).status_code == 204
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert sizes == [size]


async def streamed(bench: Bench, parts: AsyncIterator[bytes]) -> httpx.Response:
    transport = httpx.ASGITransport(app=bench.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.post("/v1/uploads", content=parts, headers={"Content-Type": MEDIA})
