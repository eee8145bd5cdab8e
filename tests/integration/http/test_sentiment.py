"""POST /v1/sentiment: answered, promised, or refused."""

import gzip
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from aurastream.domain.errors import EngineUnavailableError, StorageFullError, UnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.keys import JobId, JobKey
from aurastream.domain.language import Language
from tests.integration.http.service import ACME, Bench, Client

JOB_ID = r"job_[0-9A-HJKMNP-TV-Z]{26}"


def test_one_text_gets_its_outcome(client: Client) -> None:
    answer = client.score('{"text": "good service"}')
    assert answer.status_code == 200
    assert answer.json() == {
        "id": "1",
        "status": "SUCCEEDED",
        "sentiment": "POSITIVE",
        "scores": {"positive": 0.85, "negative": 0.05, "neutral": 0.05, "mixed": 0.05},
        "language": {"code": "en", "source": "default"},
        "engine": {"name": "fake", "version": "1"},
        "segments": 1,
        "coverage": 1.0,
        "cached": False,
    }


def test_documents_get_theirs_in_order(client: Client) -> None:
    answer = client.score(
        json.dumps(
            {
                "documents": [
                    {"id": "b", "text": "bad", "language": "de"},
                    {"text": "good"},
                    {"id": "b", "text": "x"},
                ]
            }
        )
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["id"] for one in results] == ["b", "2", "b"]
    assert [one["sentiment"] for one in results] == ["NEGATIVE", "POSITIVE", "NEUTRAL"]
    assert results[0]["language"] == {"code": "de", "source": "caller"}


def test_a_list_of_one_is_still_a_list(client: Client) -> None:
    answer = client.score('{"documents": [{"text": "good"}]}')
    assert [one["sentiment"] for one in answer.json()["results"]] == ["POSITIVE"]


def test_a_long_text_is_promised(bench: Bench, client: Client) -> None:
    answer = client.score(json.dumps({"text": "good " * 1_001, "id": "mine"}))
    assert answer.status_code == 202
    told = answer.json()
    path = f"/v1/jobs/{told['job_id']}"
    assert told == {
        "job_id": told["job_id"],
        "status": "QUEUED",
        "links": {
            "self": path,
            "results": f"{path}/results",
            "summary": f"{path}/summary",
            "export": f"{path}/export",
            "cancel": f"{path}/cancel",
        },
    }
    assert answer.headers["Location"] == path
    assert int(answer.headers["Retry-After"]) >= 1
    assert bench.workflows.started == [JobKey(ACME, JobId(told["job_id"]))]
    assert client("GET", path).json()["status"] == "QUEUED"


@pytest.mark.parametrize("error", [EngineUnavailableError(throttled=True), UnavailableError("down")])
def test_an_engine_in_trouble_makes_a_promise(bench: Bench, client: Client, error: Exception) -> None:
    bench.engine.script.append(error)
    answer = client.score('{"text": "good", "mode": "SYNC"}')
    assert answer.status_code == 202
    assert [entry.ticket.job.job_id for entry in bench.queue.queued] == [answer.json()["job_id"]]


def test_if_even_the_promise_fails_the_caller_is_told_to_come_back(bench: Bench, client: Client) -> None:
    bench.engine.script.append(EngineUnavailableError())
    bench.queue.broken = UnavailableError("table of queues at 10.0.0.7 is down")
    answer = client.score('{"text": "good"}')
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["retryable"] is True
    assert answer.headers["Retry-After"] == "1"
    assert "10.0.0.7" not in answer.text


def test_a_full_disk_is_told_as_such(bench: Bench, client: Client) -> None:
    bench.blobs.broken = StorageFullError("no space on /var")
    answer = client.score('{"text": "good", "mode": "ASYNC"}')
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert answer.headers["Retry-After"]
    assert "/var" not in answer.text


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/csv", b"review\ngood\n"),
        ("Text/CSV; charset=utf-8", b"review\ngood\n"),
        ("text/plain", b"good\nbad\n"),
        ("application/x-ndjson", b'{"text": "good"}\n'),
        ("text/csv", b""),
        ("text/csv", b"\xff\x00"),
    ],
)
@pytest.mark.parametrize("query", ["", "?mode=ASYNC", "?mode=AUTO"])
def test_a_file_becomes_a_job_as_it_is(
    bench: Bench, client: Client, media: str, body: bytes, query: str
) -> None:
    answer = client("POST", f"/v1/sentiment{query}", body, media=media)
    assert answer.status_code == 202
    job = bench.jobs.get(JobKey(ACME, JobId(answer.json()["job_id"])))
    assert bench.blobs.blobs[job.input_key] == body
    assert job.options.media_type == media.partition(";")[0].lower()
    assert job.status is JobStatus.QUEUED


def test_a_json_array_is_a_file_if_asked_for_later(bench: Bench, client: Client) -> None:
    body = '\n [{"text": "good"}]'
    answer = client("POST", "/v1/sentiment?mode=ASYNC", body, media="application/json")
    assert answer.status_code == 202
    [job] = bench.store.jobs.values()
    assert (job.options.media_type, bench.blobs.blobs[job.input_key]) == ("application/json", body.encode())


@pytest.mark.parametrize(
    ("path", "media"),
    [("/v1/sentiment", "text/csv"), ("/v1/sentiment?mode=ASYNC", "application/json")],
)
@pytest.mark.parametrize("coding", ["gzip", " GZip "])
def test_a_file_may_be_gzipped(bench: Bench, client: Client, path: str, media: str, coding: str) -> None:
    body = gzip.compress(b"whatever")
    answer = client("POST", path, body, media=media, headers={"Content-Encoding": coding})
    assert answer.status_code == 202
    [job] = bench.store.jobs.values()
    assert bench.blobs.blobs[job.input_key] == body


def test_the_query_says_how_to_read_the_file(bench: Bench, client: Client) -> None:
    query = (
        "text_column=%C3%BCber&id_column=no&language_column=lang&language=de&filename=a%20b.csv"
        "&max_cost_usd=0.25&dry_run=true&escape_input=true"
    )
    assert client("POST", f"/v1/sentiment?{query}", b"a", media="text/csv").status_code == 202
    [job] = bench.store.jobs.values()
    options = job.options
    assert (options.text_column, options.id_column, options.language_column) == ("über", "no", "lang")
    assert (options.language, options.filename) == (Language("de"), "a b.csv")
    assert options.max_cost_usd == Decimal("0.25")
    assert options.dry_run is True
    assert options.escape_input is True


@pytest.mark.parametrize("tag", ["en-GB", "en-Latn-US", "en"])
def test_a_tag_with_a_region_means_its_language_now_and_for_a_file(
    bench: Bench, client: Client, tag: str
) -> None:
    said = client.score(f'{{"text": "good", "language": "{tag}"}}').json()
    assert said["language"] == {"code": "en", "source": "caller"}
    client("POST", f"/v1/sentiment?language={tag}", b"a", media="text/csv")
    [job] = bench.store.jobs.values()
    assert job.options.language == Language("en")


def test_auto_as_a_language_is_no_language(bench: Bench, client: Client) -> None:
    client("POST", "/v1/sentiment?language=auto", b"a", media="text/csv")
    [job] = bench.store.jobs.values()
    assert job.options.language is None
    assert client.score('{"text": "good", "language": "auto"}').json()["language"]["source"] == "default"


def test_a_body_of_exactly_the_limit_is_read(client: Client) -> None:
    assert client.score(b"x" * 4_000_000, "text/plain").status_code == 202


def test_time_is_the_engines_until_the_promise(bench: Bench, client: Client) -> None:
    bench.engine.hook = lambda made: bench.clock.advance(timedelta(seconds=0.1))
    client.score('{"text": "good"}')
    [made] = bench.engine.calls
    assert made.call.deadline == pytest.approx(1_000.65)
    assert made.call.tenant == ACME
