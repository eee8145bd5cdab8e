"""Good clients: each sends a keyed request again until it is answered, and writes down what it was told."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.canary import MARKER

FINAL = frozenset({"SUCCEEDED", "SUCCEEDED_WITH_ERRORS", "FAILED", "CANCELLED", "EXPIRED"})
COUNTED = ("succeeded", "failed", "skipped", "cancelled", "pending")
LATER = frozenset({429, 503, 507})
ANSWERED_WITHIN = 150.0
ENDS_WITHIN = 150.0
OPINIONS = ("it works great", "it is broken", "it arrived on Monday", "great but broken")


class BrokenPromiseError(AssertionError):
    """A promise of the service that was not kept."""


@dataclass(slots=True, kw_only=True)
class Request:
    """One keyed request, and all that was said to it."""

    key: str
    path: str
    texts: list[str]
    query: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0
    answers: list[httpx.Response] = field(default_factory=list)
    cancelled: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it can only ever become a job."""
        return "mode" in self.query

    @property
    def job_ids(self) -> set[str]:
        """The jobs that it was told of; more than one is a broken promise."""
        return {answer.json()["job_id"] for answer in self.answers if answer.status_code == 202}

    def send(self, http: httpx.Client) -> httpx.Response:
        """Once."""
        self.tries += 1
        headers = {"Idempotency-Key": self.key}
        if self.is_file:
            rows = "".join(f'{self.key}-{n},"{text}"\n' for n, text in enumerate(self.texts, 1))
            headers["Content-Type"] = "text/csv"
            return http.post(self.path, params=self.query, headers=headers, content=f"number,text\n{rows}")
        body = {"text": self.texts[0], "language": "en"} if self.texts else None
        return http.post(self.path, headers=headers, json=body)


def acknowledged(request: Request, http: httpx.Client) -> httpx.Response:
    """
    The answer to a request, sent until there is one.

    Raises:
        BrokenPromiseError: an answer that nobody who keeps to the rules should get, or none at all.
    """
    until = time.monotonic() + ANSWERED_WITHIN
    while time.monotonic() < until:
        try:
            answer = request.send(http)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.status_code in (200, 202):
            request.answers.append(answer)
            return answer
        if answer.status_code in LATER and "Retry-After" not in answer.headers:
            raise BrokenPromiseError(f"{answer.status_code} without Retry-After")
        if answer.status_code not in LATER and _code(answer) != "idempotency_in_progress":
            raise BrokenPromiseError(f"{request.path} was answered {answer.status_code}: {answer.text}")
        time.sleep(0.3)
    raise BrokenPromiseError(f"{request.key} was never answered")


def asked(http: httpx.Client, path: str, **query: str | int) -> httpx.Response:
    """What the service has under a path, as soon as it can be reached."""
    until = time.monotonic() + ANSWERED_WITHIN
    while time.monotonic() < until:
        try:
            answer = http.get(path, params=query)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.status_code == 200:
            return answer
        if answer.status_code not in LATER:
            raise BrokenPromiseError(f"{path} was answered {answer.status_code}: {answer.text}")
        time.sleep(0.3)
    raise BrokenPromiseError(f"{path} was never answered")


@dataclass(slots=True)
class Watch:
    """One job, looked at again and again; nothing that was counted is ever taken back."""

    job_id: str
    seen: dict[str, int] = field(default_factory=dict)
    status: str = ""

    def look(self, http: httpx.Client) -> bool:
        """
        Whether the job has ended.

        Raises:
            BrokenPromiseError: its counts do not add up, or it went back.
        """
        job = asked(http, f"/v1/jobs/{self.job_id}").json()
        counts: dict[str, int] = job["counts"]
        if counts["total"] != sum(counts[part] for part in COUNTED):
            raise BrokenPromiseError(f"the ledger of {self.job_id} does not add up: {counts}")
        if any(counts[part] < self.seen.get(part, 0) for part in COUNTED if part != "pending"):
            raise BrokenPromiseError(f"{self.job_id} counts {counts} after {self.seen}")
        if self.status in FINAL and (job["status"], counts) != (self.status, self.seen):
            raise BrokenPromiseError(f"{self.job_id} had ended {self.status} and is {job['status']}")
        self.status, self.seen = job["status"], counts
        if self.status in FINAL and counts["pending"]:
            raise BrokenPromiseError(f"{self.job_id} ended with rows pending")
        return self.status in FINAL


def ended(http: httpx.Client, job_id: str, *, within: float = ENDS_WITHIN) -> Watch:
    """
    A job that was watched up to its end.

    Raises:
        BrokenPromiseError: it does not end, or tells something impossible on the way.
    """
    watch, until = Watch(job_id), time.monotonic() + within
    while not watch.look(http):
        if time.monotonic() > until:
            raise BrokenPromiseError(f"{job_id} does not end; it is {watch.status} with {watch.seen}")
        time.sleep(0.2)
    return watch


class Client:
    """Sends files and texts, cancels now and then, and says some things twice."""

    def __init__(self, name: str, url: str, *, seed: int) -> None:
        self.name, self._url, self._chance = name, url, Random(f"{seed}/{name}")
        self.requests: list[Request] = []

    def run(self, going_on: Callable[[], bool]) -> list[Request]:
        """One request after the other; all of them, each with its answers."""
        with httpx.Client(base_url=self._url, timeout=httpx.Timeout(20, connect=5)) as http:
            while going_on():
                self._one(http)
                time.sleep(self._chance.uniform(0.2, 0.8))
        return self.requests

    def _one(self, http: httpx.Client) -> None:
        request = self._next()
        self.requests.append(request)
        answer = acknowledged(request, http)
        if self._chance.random() < 0.3:
            acknowledged(request, http)
        if request.is_file and self._chance.random() < 0.3:
            cancel = Request(key=f"{request.key} cancel", path=f"{_job(answer)}/cancel", texts=[])
            request.cancelled = True
            acknowledged(cancel, http)
        if request.is_file and self._chance.random() < 0.3:
            Watch(answer.json()["job_id"]).look(http)

    def _next(self) -> Request:
        key = f"{self.name}-{len(self.requests) + 1}"
        rows = self._chance.randint(100, 300) if self._chance.random() < 0.4 else 1
        texts = [
            f"{self._chance.choice(OPINIONS)}, says {key} in row {n}, {MARKER}" for n in range(1, rows + 1)
        ]
        query = {"mode": "ASYNC", "language": "en", "text_column": "text", "id_column": "number"}
        return Request(key=key, path="/v1/sentiment", texts=texts, query=query if rows > 1 else {})


def _job(answer: httpx.Response) -> str:
    return f"/v1/jobs/{answer.json()['job_id']}"


def _code(answer: httpx.Response) -> str:
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        return ""
    return str(body.get("code", ""))
