"""What a queue or a workflow is told of a job: whose it is and which, and never anything of its text."""

import json

from aurastream.domain.keys import JobKey, parse_job_id, parse_tenant

VERSION = 1


def message_of(key: JobKey) -> str:
    """The job's name, as JSON."""
    return json.dumps({"v": VERSION, "tenant": key.tenant, "job_id": key.job_id}, separators=(",", ":"))


def read_message(body: str) -> JobKey | None:
    """The job that a message names; None where it is none of ours."""
    try:
        named = json.loads(body)
        if named["v"] != VERSION:
            return None
        return JobKey(parse_tenant(named["tenant"]), parse_job_id(named["job_id"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
