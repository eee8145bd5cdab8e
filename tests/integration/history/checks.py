"""What must be so in the end, whatever happened."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import httpx

from aurastream.testing.comprehend import leaning
from aurastream.testing.comprehend.scoring import sentiment_of
from tests.integration.history.clients import BrokenPromiseError, Request, asked, ended

PAGE = 97


def check(http: httpx.Client, requests: Sequence[Request]) -> dict[str, Any]:
    """
    Every acknowledged request has its one job or its answer, and every row of a job its one outcome.

    What was found, in numbers.

    Raises:
        BrokenPromiseError: something was lost, doubled or invented.
    """
    jobs = {request.key: _job_of(request) for request in requests}
    known = [job_id for job_id in jobs.values() if job_id]
    _must_be(len(known), len(set(known)), "two keys have one job")
    listed = _listed(http)
    if lost := set(known) - set(listed):
        raise BrokenPromiseError(f"{len(lost)} acknowledged jobs are not listed")
    _check_unknown(listed, set(known), requests)
    rows, failed, cancelled = 0, 0, 0
    for request in requests:
        job_id = jobs[request.key]
        if job_id is None:
            _check_answers(request)
            continue
        watch = ended(http, job_id)
        counts = watch.seen
        if request.cancelled and watch.status == "CANCELLED" and not counts["total"]:
            _must_be(_paged(http, job_id), [], f"the rows of {job_id}, which never began")
            continue
        _check_outcomes(http, job_id, request, counts)
        rows += counts["total"]
        failed += counts["failed"]
        cancelled += counts["cancelled"]
    return {
        "requests": len(requests),
        "jobs": len(known),
        "rows": rows,
        "rows failed": failed,
        "rows cancelled": cancelled,
        "tries": sum(request.tries for request in requests),
    }


def _job_of(request: Request) -> str | None:
    """The one job of a request; None where every answer was given at once."""
    if not request.answers:
        raise BrokenPromiseError(f"{request.key} has no answer")
    if len(request.job_ids) > 1:
        raise BrokenPromiseError(f"{request.key} has {len(request.job_ids)} jobs")
    if request.is_file and not request.job_ids:
        raise BrokenPromiseError(f"{request.key} has no job")
    return next(iter(request.job_ids), None)


def _listed(http: httpx.Client) -> dict[str, Any]:
    """Every job there is, by its id."""
    found: dict[str, Any] = {}
    query: dict[str, str] = {}
    while True:
        page = asked(http, "/v1/jobs", limit=100, **query).json()
        for job in page["jobs"]:
            if job["job_id"] in found:
                raise BrokenPromiseError(f"{job['job_id']} is listed twice")
            found[job["job_id"]] = job
        if page["next_cursor"] is None:
            return found
        query = {"cursor": page["next_cursor"]}


def _check_unknown(listed: dict[str, Any], known: set[str], requests: Sequence[Request]) -> None:
    """
    A job that nobody was told of can only be a promise that was overtaken.

    Its caller sent the request again, since the promise got lost on the way, and was answered at once.
    """
    unknown = [job for job_id, job in listed.items() if job_id not in known]
    if any(job["counts"]["total"] > 1 or job["status"] == "AWAITING_UPLOAD" for job in unknown):
        raise BrokenPromiseError("a file's job belongs to nobody")
    overtaken = sum(not request.is_file and not request.job_ids and request.tries > 1 for request in requests)
    if len(unknown) > overtaken:
        raise BrokenPromiseError(f"{len(unknown)} jobs belong to nobody")


def _check_answers(request: Request) -> None:
    for answer in request.answers:
        _must_be(answer.json()["sentiment"], _truth(request.texts[0]), f"the answer to {request.key}")


def _check_outcomes(http: httpx.Client, job_id: str, request: Request, counts: dict[str, int]) -> None:
    outcomes = _paged(http, job_id)
    _must_be([one["row"] for one in outcomes], list(range(1, len(request.texts) + 1)), f"rows of {job_id}")
    _must_be(counts["total"], len(request.texts), f"the total of {job_id}")
    for status in ("succeeded", "failed", "skipped", "cancelled"):
        told = sum(one["status"] == status.upper() for one in outcomes)
        _must_be(told, counts[status], f"{status} of {job_id}")
    for text, one in zip(request.texts, outcomes, strict=True):
        _check_outcome(one, text, request)
    _check_export(http, job_id, request, outcomes)


def _check_outcome(outcome: dict[str, Any], text: str, request: Request) -> None:
    if outcome["status"] == "SUCCEEDED":
        _must_be(outcome["sentiment"], _truth(text), f"the outcome of {request.key}")
    elif outcome["status"] == "CANCELLED":
        _must_be(request.cancelled, True, f"a cancelled row of {request.key}")
    else:
        _must_be(outcome["error"]["retryable"], True, f"a failed row of {request.key}: {outcome['error']}")


def _check_export(http: httpx.Client, job_id: str, request: Request, outcomes: Sequence[Any]) -> None:
    export = asked(http, f"/v1/jobs/{job_id}/export").text
    rows: list[dict[str, Any]] = (
        list(csv.DictReader(io.StringIO(export)))
        if request.is_file
        else [json.loads(line) for line in export.splitlines()]
    )
    _must_be([row["text"] for row in rows], request.texts, f"the texts in the export of {job_id}")
    told = [(one["id"], one["status"], one.get("sentiment", "")) for one in outcomes]
    exported = [(row["aura_id"], row["aura_status"], row["aura_sentiment"] or "") for row in rows]
    _must_be(exported, told, f"the outcomes in the export of {job_id}")
    if request.is_file:
        _must_be([row["aura_id"] for row in rows], [row["number"] for row in rows], f"the ids of {job_id}")


def _paged(http: httpx.Client, job_id: str) -> list[Any]:
    outcomes: list[Any] = []
    query: dict[str, str] = {}
    while True:
        page = asked(http, f"/v1/jobs/{job_id}/results", limit=PAGE, **query).json()
        outcomes += page["results"]
        if page["next_cursor"] is None:
            return outcomes
        query = {"cursor": page["next_cursor"]}


def _truth(text: str) -> str:
    return sentiment_of(leaning(text, "en"))


def _must_be(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise BrokenPromiseError(f"{what}: {str(found)[:300]} instead of {str(expected)[:300]}")
