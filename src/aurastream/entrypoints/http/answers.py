"""Answers that can be kept with the key of their request."""

import json
from collections.abc import Mapping

from aurastream.domain.idempotency import Answer
from aurastream.domain.job import Job
from aurastream.entrypoints.http.bodies import JSON
from aurastream.entrypoints.http.job_views import job_path, promise_view

POLL_AFTER = 1


def promised(job: Job, root: str) -> Answer:
    """The answer of whoever asked for a job."""
    headers = {"location": job_path(root, job.key.job_id)}
    if not job.is_final:
        headers["retry-after"] = str(POLL_AFTER)
    return json_answer(promise_view(job, root), status=202, headers=headers, job=job)


def json_answer(
    view: object, *, status: int = 200, headers: Mapping[str, str] | None = None, job: Job | None = None
) -> Answer:
    """A view as an answer that can be kept."""
    return Answer(
        status=status,
        body=json.dumps(view, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(),
        headers={"content-type": JSON, **(headers or {})},
        job_id=job.key.job_id if job else None,
    )
