"""Requests that carry a key, so that sending one twice does its work once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from aurastream.domain.keys import JobId, Tenant

LEASE = timedelta(seconds=30)
"""How long an unfinished request keeps others with its key waiting."""
KEPT = timedelta(hours=24)
"""How long an answer is given again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """The caller's key within its scope."""

    tenant: Tenant
    method: str
    path: str
    key: str

    @property
    def digest(self) -> str:
        """A name for the scope and key together, safe for any store."""
        parts = "\n".join((self.tenant, self.method, self.path, self.key))
        return hashlib.sha256(parts.encode()).hexdigest()


def fingerprint_of(tenant: Tenant, media: str, query: str, body: bytes) -> str:
    """What makes two requests with one key the same; keyed by tenant, so equal bodies of two never meet."""
    head = f"{tenant}\n{media}\n{query}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    The right to answer a keyed request, as long as its fence is the newest.

    A job that the request makes is called `job_id`, in every try of it: a try that died after it had made the
    job is followed by one that finds it.
    """

    key: RequestKey
    fence: int
    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a request was answered, and the job it made if it made one; never holds a caller's text."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    job_id: JobId | None = None
