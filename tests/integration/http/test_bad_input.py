"""Whatever is sent, the caller is told what is wrong, and never in the caller's own words."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from aurastream.entrypoints.http.bodies import DRAINED, MAX_BODY
from tests.contracts.cases import MARKER
from tests.integration.http.service import RIVAL, Bench, Client

JSON = "application/json"


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is, after checking what all of them have in common."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["retryable"] == ("Retry-After" in answer.headers)
    assert len(problem.get("errors", [])) <= 20
    assert MARKER not in answer.text
    assert MARKER not in str(answer.headers)
    return problem


NOT_JSON = {
    "empty": b"",
    "blank": b" \n",
    "half an object": b"{",
    "half a text": b'{"text": "' + MARKER.encode(),
    "prose": MARKER.encode(),
    "NaN": b"NaN",
    "NaN as a text": b'{"text": NaN}',
    "NaN in a list": b'{"text": "a", "x": [NaN]}',
    "infinity": b'{"text": -Infinity}',
    "100,000 brackets": b"[" * 100_000,
    "100,000 nested brackets": b"[" * 100_000 + b"]" * 100_000,
    "brackets in a field": b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "two values": b'{"text": "a"} {"text": "b"}',
    "a control character": b'{"text": "a\x00b"}',
    "an escape that is none": b'{"text": "\\x41"}',
    "single quotes": b"{'text': 'a'}",
    "UTF-16 without a mark": '{"text": "a"}'.encode("utf-16-le"),
}
NOT_UNICODE = {
    "a stray byte": b'{"text": "' + MARKER.encode() + b'\xff"}',
    "Latin-1": '{"text": "naïve"}'.encode("latin-1"),
    "a surrogate in UTF-8": '{"text": "\ud800"}'.encode("utf-8", "surrogatepass"),
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "a first half": b'{"text": "\\ud83d"}',
    "a first half and a letter": b'{"text": "\\ud83d\\u0041"}',
    "a second half": b'{"text": "\\ude00"}',
    "halves in the wrong order": b'{"text": "\\ude00\\ud83d"}',
    "half a key": b'{"\\ud83d": 1}',
}
BREAKS_A_RULE: dict[str, tuple[bytes, list[dict[str, str]]]] = {
    "a list": (b"[]", [{"pointer": "?mode", "code": "async_for_an_array"}]),
    "a list of documents": (b' [{"text": "a"}]', [{"pointer": "?mode", "code": "async_for_an_array"}]),
    "null": (b"null", [{"pointer": "", "code": "model_type"}]),
    "a number": (b"5", [{"pointer": "", "code": "model_type"}]),
    "a text": (f'"{MARKER}"'.encode(), [{"pointer": "", "code": "model_type"}]),
    "nothing": (b"{}", [{"pointer": "/text", "code": "missing"}]),
    "5,000 digits": (
        b'{"text": ' + b"9" * 5_000 + b"}",
        [{"pointer": "", "code": "number_out_of_range"}],
    ),
    "4,000 digits": (
        b'{"text": ' + b"9" * 4_000 + b"}",
        [{"pointer": "/text", "code": "string_type"}],
    ),
    "a number as a text": (b'{"text": 1e400}', [{"pointer": "/text", "code": "string_type"}]),
    "null as a text": (b'{"text": null}', [{"pointer": "/text", "code": "string_type"}]),
    "an unknown field": (
        f'{{"text": "a", "{MARKER}": 1}}'.encode(),
        [{"pointer": "", "code": "extra_forbidden"}],
    ),
    "an unknown field of a document": (
        f'{{"documents": [{{"text": "a"}}, {{"text": "a", "{MARKER}": 1}}]}}'.encode(),
        [{"pointer": "/documents/1", "code": "extra_forbidden"}],
    ),
    "text and documents": (
        b'{"text": "a", "documents": [{"text": "a"}]}',
        [{"pointer": "", "code": "extra_forbidden"}],
    ),
    "no documents": (b'{"documents": []}', [{"pointer": "/documents", "code": "too_short"}]),
    "documents that are none": (b'{"documents": {}}', [{"pointer": "/documents", "code": "list_type"}]),
    "a document without a text": (
        b'{"documents": [{"id": "1"}]}',
        [{"pointer": "/documents/0/text", "code": "missing"}],
    ),
    "a language for all": (
        b'{"documents": [{"text": "a"}], "language": "en"}',
        [{"pointer": "", "code": "extra_forbidden"}],
    ),
    "an unknown mode": (b'{"text": "a", "mode": "SOON"}', [{"pointer": "/mode", "code": "enum"}]),
    "a mode in small letters": (b'{"text": "a", "mode": "sync"}', [{"pointer": "/mode", "code": "enum"}]),
    "a language that is none": (
        f'{{"text": "a", "language": "{MARKER}!"}}'.encode(),
        [{"pointer": "/language", "code": "string_pattern_mismatch"}],
    ),
    "a language of two lines": (
        b'{"text": "a", "language": "en\\n"}',
        [{"pointer": "/language", "code": "string_pattern_mismatch"}],
    ),
    "an empty id": (b'{"text": "a", "id": ""}', [{"pointer": "/id", "code": "string_too_short"}]),
    "an id of two lines": (b'{"text": "a", "id": "a\\nb"}', [{"pointer": "/id", "code": "invalid_id"}]),
    "an id of a NUL": (b'{"text": "a", "id": "\\u0000"}', [{"pointer": "/id", "code": "invalid_id"}]),
    "an id a byte too long": (
        json.dumps({"text": "a", "id": "é" * 128 + "x"}).encode(),
        [{"pointer": "/id", "code": "invalid_id"}],
    ),
    "an id a character too long": (
        json.dumps({"text": "a", "id": "x" * 257}).encode(),
        [{"pointer": "/id", "code": "string_too_long"}],
    ),
    "an id that is a number": (b'{"text": "a", "id": 7}', [{"pointer": "/id", "code": "string_type"}]),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
@pytest.mark.parametrize("path", ["/v1/sentiment", "/v1/jobs"])
def test_what_is_not_json_is_a_400(client: Client, path: str, body: bytes) -> None:
    refused(client("POST", path, body, media=JSON), 400, "invalid_json")


@pytest.mark.parametrize("body", NOT_UNICODE.values(), ids=NOT_UNICODE.keys())
@pytest.mark.parametrize("path", ["/v1/sentiment", "/v1/jobs"])
def test_what_is_not_unicode_is_a_400(client: Client, path: str, body: bytes) -> None:
    refused(client("POST", path, body, media=JSON), 400, "invalid_unicode")


@pytest.mark.parametrize(("body", "errors"), BREAKS_A_RULE.values(), ids=BREAKS_A_RULE.keys())
def test_what_breaks_a_rule_is_a_422_that_says_where(
    client: Client, body: bytes, errors: list[dict[str, str]]
) -> None:
    problem = refused(client.score(body), 422, "invalid_request")
    assert problem["errors"] == errors


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_an_array_is_no_file_either(client: Client, body: bytes) -> None:
    answer = client("POST", "/v1/sentiment?mode=ASYNC", body, media=JSON)
    if body.startswith(b"["):
        assert answer.status_code == 202  # Prepare alone judges a file
    else:
        refused(answer, 400, "invalid_json")


UPLOAD_RULES: dict[str, tuple[Any, list[dict[str, str]]]] = {
    "a list": ([], [{"pointer": "", "code": "model_type"}]),
    "an unknown option": ({MARKER: 1}, [{"pointer": "", "code": "extra_forbidden"}]),
    "an empty column": ({"text_column": ""}, [{"pointer": "/text_column", "code": "string_too_short"}]),
    "a number as a column": ({"text_column": 1}, [{"pointer": "/text_column", "code": "string_type"}]),
    "a price below nothing": (
        {"max_cost_usd": -1},
        [{"pointer": "/max_cost_usd", "code": "greater_than_equal"}],
    ),
    "a price in words": ({"max_cost_usd": "1"}, [{"pointer": "/max_cost_usd", "code": "float_type"}]),
    "maybe": ({"dry_run": "yes"}, [{"pointer": "/dry_run", "code": "bool_type"}]),
    "labels that are none": ({"metadata": []}, [{"pointer": "/metadata", "code": "dict_type"}]),
    "a label that is a number": (
        {"metadata": {MARKER: 1}},
        [{"pointer": "/metadata", "code": "string_type"}],
    ),
    "a label called like a field": (
        {"metadata": {"text": 1}},
        [{"pointer": "/metadata/text", "code": "string_type"}],
    ),
    "21 labels": (
        {"metadata": {f"{MARKER}{n}": "" for n in range(21)}},
        [{"pointer": "/metadata", "code": "too_long"}],
    ),
    "a long label": (
        {"metadata": {"a": MARKER * 40}},
        [{"pointer": "/metadata", "code": "string_too_long"}],
    ),
    "a long name": ({"filename": "x" * 256}, [{"pointer": "/filename", "code": "string_too_long"}]),
}


@pytest.mark.parametrize(("body", "errors"), UPLOAD_RULES.values(), ids=UPLOAD_RULES.keys())
def test_options_that_break_a_rule_say_where(client: Client, body: Any, errors: list[dict[str, str]]) -> None:
    problem = refused(client("POST", "/v1/jobs", json.dumps(body), media=JSON), 422, "invalid_request")
    assert problem["errors"] == errors


def test_a_price_beyond_all_numbers_is_refused(client: Client) -> None:
    answer = client("POST", "/v1/jobs", b'{"max_cost_usd": 1e400}', media=JSON)
    refused(answer, 422, "invalid_request")
    refused(client("POST", "/v1/jobs", b'{"max_cost_usd": NaN}', media=JSON), 400, "invalid_json")


BLANKS = ["", " ", "\r\n\t", "\u00a0", "\u200b\u200d", "\ufeff", "\u2060 \u00ad", "\u2800", "\u3164"]


@pytest.mark.parametrize("text", BLANKS)
def test_a_blank_text_alone_is_a_mistake(client: Client, text: str) -> None:
    refused(client.score(json.dumps({"text": text})), 422, "empty_text")


@pytest.mark.parametrize("count", [19, 20, 21, 500])
def test_at_most_twenty_errors_are_told(client: Client, count: int) -> None:
    fields = {f"{MARKER}-{number}": 1 for number in range(count)}
    problem = refused(client.score(json.dumps({"text": "a", **fields})), 422, "invalid_request")
    assert len(problem["errors"]) == min(count, 20)


def test_of_too_many_errors_none_is_spelled_out(client: Client) -> None:
    fields = {f"{MARKER}-{number}": 1 for number in range(5_000)}
    problem = refused(client.score(json.dumps({"text": "a", **fields})), 422, "invalid_request")
    assert problem["errors"] == [{"pointer": "", "code": "too_many_errors"}]


def test_of_many_broken_documents_the_first_is_told(client: Client) -> None:
    problem = refused(client.score(json.dumps({"documents": [1] * 100_000})), 422, "invalid_request")
    assert problem["errors"] == [{"pointer": "/documents/0", "code": "model_type"}]


def documents(number: int, size: int = 1) -> str:
    return json.dumps({"documents": [{"text": "x" * size}] * number, "mode": "SYNC"})


def test_what_is_too_much_at_once_is_a_413_one_byte_or_document_over(client: Client) -> None:
    assert client.score(documents(25, 5_000)).status_code == 200
    refused(client.score(documents(26)), 413, "too_many_documents")
    refused(client.score(documents(1, 5_001)), 413, "text_too_large")
    exactly = json.dumps({"text": "é" * 2_500, "mode": "SYNC"})
    assert client.score(exactly).status_code == 200
    over = json.dumps({"text": "é" * 2_500 + "x", "mode": "SYNC"})
    refused(client.score(over), 413, "text_too_large")


@pytest.mark.parametrize("path", ["/v1/sentiment", "/v1/jobs", "/v1/jobs/{id}/cancel", "/v1/jobs/{id}/retry"])
@pytest.mark.parametrize("size", [MAX_BODY + 1, DRAINED, DRAINED + 1])
def test_a_body_over_the_limit_is_told_where_to_go(
    bench: Bench, client: Client, path: str, size: int
) -> None:
    path = path.format(id=bench.ended().key.job_id)
    problem = refused(client("POST", path, b"x" * size, media="text/csv"), 413, "body_too_large")
    assert "POST /v1/jobs" in problem["detail"]


def test_a_body_that_is_announced_as_far_too_large_is_not_waited_for(bench: Bench) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("nobody should ask for it")
        yield b""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=bench.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = {"Content-Type": "text/csv", "Content-Length": str(DRAINED + 1)}
            return await client.post("/v1/sentiment", content=body(), headers=headers)

    refused(asyncio.run(send()), 413, "body_too_large")


@pytest.mark.parametrize("size", [MAX_BODY, MAX_BODY + 1, 3 * DRAINED])
def test_a_body_of_no_announced_size_is_counted(bench: Bench, size: int) -> None:
    """A client that streams says nothing of the size; no more than what is drained is ever read."""
    pulled = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal pulled
        for start in range(0, size, 1 << 16):
            part = b"x" * min(1 << 16, size - start)
            pulled += len(part)
            yield part

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=bench.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/v1/sentiment", content=body(), headers={"Content-Type": "text/csv"})

    answer = asyncio.run(send())
    if size <= MAX_BODY:
        assert answer.status_code == 202
    else:
        refused(answer, 413, "body_too_large")
    assert pulled <= DRAINED + (1 << 16)


@pytest.mark.parametrize(
    "media",
    ["text/html", "application/xml", "multipart/form-data", "application/jsonp", "json", "a/b/c", "", "/"],
)
@pytest.mark.parametrize("path", ["/v1/sentiment", "/v1/jobs"])
def test_another_media_type_is_a_415(client: Client, path: str, media: str) -> None:
    refused(client("POST", path, '{"text": "a"}', media=media), 415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/v1/sentiment", "/v1/jobs"])
def test_no_media_type_is_a_415(client: Client, path: str) -> None:
    refused(client("POST", path, '{"text": "a"}'), 415, "unsupported_media_type")


def test_a_file_is_no_job_yet(client: Client) -> None:
    refused(client("POST", "/v1/jobs", "a\n", media="text/csv"), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("path", "media", "coding"),
    [
        ("/v1/sentiment", JSON, "gzip"),
        ("/v1/sentiment?mode=AUTO", JSON, "gzip"),
        ("/v1/jobs", JSON, "gzip"),
        ("/v1/sentiment", "text/csv", "br"),
        ("/v1/sentiment", "text/csv", "gzip, gzip"),
        ("/v1/sentiment", JSON, "deflate"),
    ],
)
def test_only_files_are_gzipped(client: Client, path: str, media: str, coding: str) -> None:
    body = gzip.compress(b'{"text": "a"}')
    answer = client("POST", path, body, media=media, headers={"Content-Encoding": coding})
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("mode=SYNC", "?mode"),
        ("mode=async", "?mode"),
        ("mode=", "?mode"),
        ("mode=ASYNC&mode=ASYNC", "?mode"),
        (f"{MARKER}=1", "?"),
        ("text=a", "?"),
        ("text_column=", "?text_column"),
        ("text_column=" + "x" * 501, "?text_column"),
        ("language=english!", "?language"),
        ("max_cost_usd=-1", "?max_cost_usd"),
        ("max_cost_usd=NaN", "?max_cost_usd"),
        ("max_cost_usd=inf", "?max_cost_usd"),
        ("dry_run=yes", "?dry_run"),
        ("dry_run", "?dry_run"),
        ("escape_input=1", "?escape_input"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_named(client: Client, query: str, pointer: str) -> None:
    answer = client("POST", f"/v1/sentiment?{query}", "a\nb\n", media="text/csv")
    problem = refused(answer, 422, "invalid_request")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("mode=ASYNC", [{"pointer": "?mode", "code": "only_for_files"}]),
        (
            "text_column=a&mode=AUTO",
            [{"pointer": name, "code": "only_for_files"} for name in ("?mode", "?text_column")],
        ),
        (MARKER, [{"pointer": "?", "code": "extra_forbidden"}]),
    ],
)
def test_with_documents_there_are_no_parameters(
    client: Client, query: str, errors: list[dict[str, str]]
) -> None:
    answer = client("POST", f"/v1/sentiment?{query}", '{"text": "a"}', media=JSON)
    assert refused(answer, 422, "invalid_request")["errors"] == errors


ROUTES = [
    ("GET", "/v1/jobs"),
    ("POST", "/v1/jobs"),
    ("GET", "/v1/jobs/{id}"),
    ("DELETE", "/v1/jobs/{id}"),
    ("GET", "/v1/jobs/{id}/results"),
    ("GET", "/v1/jobs/{id}/summary"),
    ("GET", "/v1/jobs/{id}/export"),
    ("POST", "/v1/jobs/{id}/cancel"),
    ("POST", "/v1/jobs/{id}/retry"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_unknown_parameter_is_refused_everywhere(
    bench: Bench, client: Client, method: str, path: str
) -> None:
    path = path.format(id=bench.ended().key.job_id)
    answer = client(method, f"{path}?{MARKER}={MARKER}", "{}", media=JSON)
    problem = refused(answer, 422, "invalid_request")
    assert problem["errors"] == [{"pointer": "?", "code": "extra_forbidden"}]


@pytest.mark.parametrize(
    "query", ["status=DONE", "status=", "status=running", "limit=0", "limit=101", "limit=x"]
)
def test_a_filter_that_is_none_is_refused(client: Client, query: str) -> None:
    problem = refused(client("GET", f"/v1/jobs?{query}"), 422, "invalid_request")
    assert [error["pointer"] for error in problem["errors"]] == ["?" + query.partition("=")[0]]


UNKNOWN_IDS = [
    "job_0000000000000000000000000A",
    "job_",
    "job_0000000000000000000000000",
    "job_00000000000000000000000000A",
    "job_0000000000000000000000000a",
    "job_0000000000000000000000000I",
    "JOB_0000000000000000000000000A",
    "..",
    "../..",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "..%5c..%5c",
    "%00",
    "job_0000000000000000000000000A%00",
    "job_0000000000000000000000000A%0A",
    "%C3%28",
    "%ED%A0%80",
    "'%20OR%201=1--",
    "%F0%9F%98%80",
    "x" * 5_000,
    MARKER,
]


@pytest.fixture
def not_found(bench: Bench) -> dict[str, Any]:
    """What everybody is told who asks for what is not there."""
    problem = refused(bench.client()("GET", "/v1/nothing"), 404, "not_found")
    problem.pop("request_id")
    return problem


@pytest.mark.parametrize("id_", UNKNOWN_IDS)
@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{id}" in route[1]])
def test_every_id_of_no_job_is_answered_alike(
    client: Client, not_found: dict[str, Any], method: str, path: str, id_: str
) -> None:
    answer = client.raw(method, path.format(id=id_), b"{}")
    problem = refused(answer, 404, "not_found")
    problem.pop("request_id")
    assert problem == not_found


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{id}" in route[1]])
def test_a_foreign_job_is_answered_like_an_unknown_one(
    bench: Bench, client: Client, not_found: dict[str, Any], method: str, path: str
) -> None:
    foreign = [job.key.job_id for job in (bench.job(RIVAL), bench.running(RIVAL), bench.ended(RIVAL))]
    for id_ in foreign:
        problem = refused(client(method, path.format(id=id_)), 404, "not_found")
        problem.pop("request_id")
        assert problem == not_found
    assert len(bench.store.jobs) == 3


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v2/jobs",
        "/v1/jobs/",
        "/v1//jobs",
        "/V1/jobs",
        f"/{MARKER}",
        f"/v1/{quote(MARKER)}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
def test_there_are_no_other_paths(client: Client, method: str, path: str) -> None:
    answer = client(method, path)
    assert answer.status_code == 404
    if method != "HEAD":
        refused(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/sentiment", "POST"),
        ("/v1/jobs", "GET, HEAD, POST"),
        ("/v1/jobs/{id}", "DELETE, GET, HEAD"),
        ("/v1/jobs/{id}/results", "GET, HEAD"),
        ("/v1/jobs/{id}/summary", "GET, HEAD"),
        ("/v1/jobs/{id}/export", "GET, HEAD"),
        ("/v1/jobs/{id}/cancel", "POST"),
        ("/v1/jobs/{id}/retry", "POST"),
        ("/v1/uploads", "POST"),
        ("/v1/health", "GET, HEAD"),
        ("/v1/openapi.json", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
    ],
)
def test_every_other_method_is_a_405_that_says_which_work(
    bench: Bench, client: Client, path: str, allow: str
) -> None:
    path = path.format(id=bench.ended().key.job_id)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        if method not in allow:
            answer = client(method, path)
            refused(answer, 405, "method_not_allowed")
            assert answer.headers["Allow"] == allow


def test_a_mark_of_byte_order_before_json_is_no_harm(client: Client) -> None:
    assert client.score(b'\xef\xbb\xbf{"text": "good"}').status_code == 200
