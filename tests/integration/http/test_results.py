"""What a job found out: outcomes, summary, export."""

import csv
import io
import json
from typing import Any

import pytest

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.keys import export_key, summary_key
from aurastream.domain.outcome import FailureCode, Outcome, SkipCode, cancelled, failed, skipped
from aurastream.domain.summary import SummaryBuilder
from tests.integration.http.service import ACME, RIVAL, Bench, Client

MIXED = (
    failed("=1+1", FailureCode.MALFORMED_ROW, line=7).at_row(2),
    failed("3", FailureCode.ENGINE_UNAVAILABLE, retryable=True).at_row(3),
    skipped("4", SkipCode.EMPTY_TEXT).at_row(4),
    cancelled("5").at_row(5),
)


def results(bench: Bench) -> list[Outcome]:
    return [bench.outcome(1), *MIXED]


def test_outcomes_come_with_their_rows(bench: Bench, client: Client) -> None:
    job = bench.ended(outcomes=results(bench))
    answer = client("GET", f"/v1/jobs/{job.key.job_id}/results")
    assert answer.status_code == 200
    first, *rest = answer.json()["results"]
    assert (first["row"], first["id"], first["sentiment"]) == (1, "1", "POSITIVE")
    assert rest == [
        {
            "row": 2,
            "id": "=1+1",
            "status": "FAILED",
            "error": {"code": "malformed_row", "retryable": False, "line": 7},
        },
        {
            "row": 3,
            "id": "3",
            "status": "FAILED",
            "error": {"code": "engine_unavailable", "retryable": True},
        },
        {
            "row": 4,
            "id": "4",
            "status": "SKIPPED",
            "error": {"code": "empty_text", "retryable": False},
        },
        {"row": 5, "id": "5", "status": "CANCELLED"},
    ]
    assert answer.json()["next_cursor"] is None


def test_outcomes_are_read_a_page_at_a_time(bench: Bench, client: Client) -> None:
    path = f"/v1/jobs/{bench.ended().key.job_id}/results"
    rows: list[int] = []
    page: dict[str, Any] = {"next_cursor": ""}
    query = "?limit=3"
    while page["next_cursor"] is not None:
        page = client("GET", path + query).json()
        assert len(page["results"]) <= 3
        rows += [outcome["row"] for outcome in page["results"]]
        query = f"?limit=3&cursor={page['next_cursor']}"
    assert rows == list(range(1, 11))


def test_a_hundred_outcomes_are_a_page_unless_more_are_asked_for(bench: Bench, client: Client) -> None:
    job = bench.ended(outcomes=[bench.outcome(row) for row in range(1, 1_002)])
    path = f"/v1/jobs/{job.key.job_id}/results"
    assert len(client("GET", path).json()["results"]) == 100
    assert len(client("GET", f"{path}?limit=1000").json()["results"]) == 1_000
    assert len(client("GET", f"{path}?limit=1").json()["results"]) == 1


@pytest.mark.parametrize("form", ["json", "ndjson", "csv"])
def test_what_is_not_there_yet_is_to_be_asked_for_again(bench: Bench, client: Client, form: str) -> None:
    job = bench.running()
    path = f"/v1/jobs/{job.key.job_id}/results?format={form}"
    empty = client("GET", path)
    assert empty.status_code == 200
    assert empty.headers["Retry-After"] == "1"
    bench.commit(job, 0, [bench.outcome(1)])
    some = client("GET", path)
    assert "Retry-After" not in some.headers
    if form == "json":
        assert empty.json()["results"] == []
        assert empty.json()["next_cursor"]
        assert [outcome["row"] for outcome in some.json()["results"]] == [1]
    else:
        assert 'rel="next"' in empty.headers["Link"]


def test_as_ndjson_each_line_is_an_outcome(bench: Bench, client: Client) -> None:
    path = f"/v1/jobs/{bench.ended(outcomes=results(bench)).key.job_id}/results"
    answer = client("GET", f"{path}?format=ndjson")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.text.endswith("\n")
    assert [json.loads(line) for line in answer.text.splitlines()] == client("GET", path).json()["results"]
    assert "Link" not in answer.headers


def test_as_csv_each_row_is_an_outcome_and_none_a_formula(bench: Bench, client: Client) -> None:
    path = f"/v1/jobs/{bench.ended(outcomes=results(bench)).key.job_id}/results"
    answer = client("GET", f"{path}?format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [
        ["row", "id", "status", "sentiment", "positive", "negative", "neutral", "mixed", "language", "error"],
        ["1", "1", "SUCCEEDED", "POSITIVE", "0.8500", "0.0500", "0.0500", "0.0500", "en", ""],
        ["2", "'=1+1", "FAILED", "", "", "", "", "", "", "malformed_row"],
        ["3", "3", "FAILED", "", "", "", "", "", "", "engine_unavailable"],
        ["4", "4", "SKIPPED", "", "", "", "", "", "", "empty_text"],
        ["5", "5", "CANCELLED", "", "", "", "", "", "", ""],
    ]


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_the_next_page_of_lines_is_in_the_link(bench: Bench, form: str) -> None:
    client = bench.client(root_path="/prod")
    path = f"/prod/v1/jobs/{bench.ended().key.job_id}/results?format={form}&limit=4"
    seen: list[str] = []
    while True:
        answer = client("GET", path)
        lines = answer.text.splitlines()[1 if form == "csv" else 0 :]
        assert 0 < len(lines) <= 4
        seen += lines
        if "Link" not in answer.headers:
            break
        link, rel = answer.headers["Link"].split("; ")
        assert rel == 'rel="next"'
        path = link.strip("<>")
        assert path.startswith("/prod/v1/jobs/")
    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "1.5", "x", "", "1_0", "+1", " 1", "9" * 5_000])
def test_a_limit_that_is_none_is_refused(bench: Bench, client: Client, limit: str) -> None:
    path = f"/v1/jobs/{bench.ended().key.job_id}/results"
    answer = client("GET", f"{path}?limit={limit}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["?limit"]


def test_a_cursor_of_another_job_or_tenant_is_refused(bench: Bench, client: Client, rival: Client) -> None:
    mine, other, foreign = bench.ended(), bench.ended(), bench.ended(RIVAL)
    path = f"/v1/jobs/{mine.key.job_id}/results?limit=1"
    cursor = client("GET", path).json()["next_cursor"]
    for caller, job in ((client, other), (rival, foreign)):
        answer = caller("GET", f"/v1/jobs/{job.key.job_id}/results?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")
    assert client("GET", f"{path}&cursor={cursor}").status_code == 200


def summarised(bench: Bench) -> Any:
    """An ended job with the summary that the pass which ends it leaves."""
    job = bench.ended(outcomes=results(bench))
    builder = SummaryBuilder(["when", "review", "shop"], text_column="review")
    for row, outcome in enumerate(results(bench)):
        builder.add([f"day {row % 2}", "text", "Köln"], outcome)
    whole = builder.build()
    bench.blobs.write(summary_key(job.key), [json.dumps(whole).encode()])
    return job, json.loads(json.dumps(whole))


def test_the_summary_has_totals_and_the_columns_to_group_by(bench: Bench, client: Client) -> None:
    job, whole = summarised(bench)
    answer = client("GET", f"/v1/jobs/{job.key.job_id}/summary")
    assert answer.status_code == 200
    assert answer.json() == {
        "job_id": job.key.job_id,
        "status": "CANCELLED",
        "totals": whole["totals"],
        "columns": ["when", "shop"],
        "groups": {},
    }
    assert answer.json()["totals"]["sentiments"]["positive"]["count"] == 1


def test_the_summary_is_grouped_by_a_column(bench: Bench, client: Client) -> None:
    job, whole = summarised(bench)
    answer = client("GET", f"/v1/jobs/{job.key.job_id}/summary?group_by=shop").json()
    assert answer["groups"] == {"shop": whole["groups"]["shop"]}
    assert answer["totals"] == whole["totals"]


@pytest.mark.parametrize("column", ["review", "nothing", "K%C3%B6ln"])
def test_no_other_column_groups(bench: Bench, client: Client, column: str) -> None:
    job, _ = summarised(bench)
    answer = client("GET", f"/v1/jobs/{job.key.job_id}/summary?group_by={column}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"] == [{"pointer": "?group_by", "code": "not_a_group"}]


def test_while_a_job_runs_there_are_totals_only(bench: Bench, client: Client) -> None:
    job = bench.running()
    bench.commit(job, 0, results(bench))
    for query in ("", "?group_by=shop"):
        answer = client("GET", f"/v1/jobs/{job.key.job_id}/summary{query}")
        assert answer.status_code == 200
        assert answer.json() == {
            "job_id": job.key.job_id,
            "status": "RUNNING",
            "totals": {
                "count": 5,
                "succeeded": 1,
                "failed": 2,
                "skipped": 1,
                "cancelled": 1,
                "sentiments": None,
                "polarity": None,
                "units": 0,
                "saved_units": 0,
            },
            "columns": [],
            "groups": {},
        }


def test_a_summary_that_is_there_already_waits_for_the_end(bench: Bench, client: Client) -> None:
    job = bench.running()
    whole = SummaryBuilder(["when", "review"], text_column="review").build()
    bench.blobs.write(summary_key(job.key), [json.dumps(whole).encode()])
    answer = client("GET", f"/v1/jobs/{job.key.job_id}/summary").json()
    assert (answer["columns"], answer["totals"]["sentiments"]) == ([], None)


def test_a_job_without_rows_has_an_empty_summary(bench: Bench, client: Client) -> None:
    job = bench.queued()
    error = JobError(code=JobErrorCode.EMPTY_FILE, detail="nothing in it")
    bench.jobs.save(job.fail(error, now=bench.clock.now()))
    answer = client("GET", f"/v1/jobs/{job.key.job_id}/summary")
    assert (answer.status_code, answer.json()["totals"]["count"]) == (200, 0)
    assert client("GET", f"/v1/jobs/{job.key.job_id}/summary?group_by=a").status_code == 422


def exported(bench: Bench, whole: bytes = b"when;review;aura_id\r\n", filename: str | None = None) -> str:
    job = bench.ended(filename=filename)
    bench.blobs.write(export_key(job.key), [whole])
    return f"/v1/jobs/{job.key.job_id}/export"


def test_the_export_is_the_blob_with_a_name(bench: Bench, client: Client) -> None:
    path = exported(bench, b"x" * 3_000_000, "reviews.csv.gz")
    answer = client("GET", path)
    assert (answer.status_code, answer.content) == (200, b"x" * 3_000_000)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reviews-sentiment.csv"'
    assert answer.headers["Content-Length"] == "3000000"
    head = client("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == "3000000"
    assert head.headers["Content-Disposition"] == answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "filename", ['a"b.csv', "отзывы 🎉.csv", "a\r\nSet-Cookie: x=y.csv", "../../etc/passwd", "50%.csv"]
)
def test_no_name_breaks_out_of_its_header(bench: Bench, client: Client, filename: str) -> None:
    answer = client("GET", exported(bench, filename=filename))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    told = answer.headers["Content-Disposition"]
    assert told.isascii()
    assert told.startswith("attachment; filename")
    assert "/" not in told
    assert told.count('"') == 2


def test_a_name_that_is_not_ascii_is_told_twice(bench: Bench, client: Client) -> None:
    told = client("GET", exported(bench, filename="ü.csv")).headers["Content-Disposition"]
    assert told == "attachment; filename=\"_-sentiment.csv\"; filename*=UTF-8''%C3%BC-sentiment.csv"


def test_head_does_not_read_the_export(bench: Bench, client: Client) -> None:
    path = exported(bench)
    bench.blobs.read = nobody_reads  # type: ignore[method-assign] # a store that would notice
    assert client("GET", path).status_code == 500
    assert client("HEAD", path).status_code == 200


def nobody_reads(*_args: object, **_kwargs: object) -> Any:
    raise AssertionError("nobody should read it")


def test_a_link_is_given_only_to_what_is_there(bench: Bench, client: Client) -> None:
    bench.blobs.download_url = "https://elsewhere.test/"
    assert client("GET", f"/v1/jobs/{bench.ended().key.job_id}/export").status_code == 409


def test_where_the_store_gives_links_the_export_is_elsewhere(bench: Bench, client: Client) -> None:
    path = exported(bench)
    bench.blobs.download_url = "https://elsewhere.test/"
    answer = client("GET", path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://elsewhere.test/results/acme/")
    assert answer.content == b""


def test_there_is_no_export_before_the_end(bench: Bench, client: Client) -> None:
    for job in (bench.job(), bench.queued(), bench.running()):
        answer = client("GET", f"/v1/jobs/{job.key.job_id}/export")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_not_finished")


def test_there_is_no_export_without_rows_or_without_a_source(bench: Bench, client: Client) -> None:
    failed_early = bench.queued()
    error = JobError(code=JobErrorCode.EMPTY_FILE, detail="nothing in it")
    bench.jobs.save(failed_early.fail(error, now=bench.clock.now()))
    for job in (failed_early, bench.ended()):
        answer = client("GET", f"/v1/jobs/{job.key.job_id}/export")
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_export")


def test_an_export_that_breaks_off_ends_in_an_error(bench: Bench, client: Client) -> None:
    path = exported(bench)

    def breaking(*_args: object, **_kwargs: object) -> Any:
        yield b"when;"
        raise UnavailableError("the text of a customer")

    bench.blobs.read = breaking  # type: ignore[method-assign] # a store that fails half way
    with pytest.raises(ConnectionAbortedError, match=r"^an answer broke off$"):
        client("GET", path)


def test_all_that_a_job_has_is_one_tenants(bench: Bench, client: Client) -> None:
    assert ACME != RIVAL
    job, _ = summarised(bench)
    foreign = bench.client(RIVAL)
    for part in ("results", "summary", "export"):
        path = f"/v1/jobs/{job.key.job_id}/{part}"
        assert client("GET", path).status_code in (200, 409)
        assert foreign("GET", path).status_code == 404
