"""Callers: they ask, ask again when they hear nothing, and hold the service to what it told them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.keys import JobKey, parse_job_id, upload_key
from aurastream.domain.routing import Mode
from aurastream.entrypoints.http.uploads import UploadService, _take
from tests.fakes import NOON
from tests.simulation.payloads import Payload, documents
from tests.simulation.ports import READS
from tests.simulation.promises import Ask
from tests.simulation.service import ACME, Service, request, said
from tests.simulation.world import World

PATIENCE = 30.0
TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that can be sent again, byte for byte."""

    ask: Ask
    operation: str
    make: Callable[[], Request]
    body: bytes = b""


class Caller:
    """Sends requests to the real handlers of any host."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.sim, self.name = world, world.sim, name
        self._numbers = count(1)

    def submit(self, payload: Payload) -> Response | None:
        """A file in the body."""
        ask = self._ask("submit", payload=payload)
        make = partial(
            request,
            "POST",
            "/v1/sentiment",
            query=payload.query,
            media=payload.media,
            key=ask.name if ask.keyed else None,
        )
        return self._insist(Sent(ask=ask, operation="analyzeSentiment", make=make, body=payload.body))

    def analyze(self, texts: list[str], mode: Mode) -> Response | None:
        """A few texts."""
        asked, file = documents(texts)
        ask = self._ask("analyze", payload=Payload(file, tuple(texts)), mode=mode)
        body = {"mode": mode, "documents": [{"id": one.id, "text": one.text} for one in asked]}
        make = partial(request, "POST", "/v1/sentiment", key=ask.name if ask.keyed else None)
        return self._insist(
            Sent(ask=ask, operation="analyzeSentiment", make=make, body=json.dumps(body).encode())
        )

    def create(self, payload: Payload) -> Response | None:
        """A job for a file that follows."""
        options: dict[str, object] = {"text_column": "text", "id_column": "id"}
        if payload.rejected == "column_not_found":
            options["language_column"] = "nope"
        if payload.rejected == "budget_exceeded":
            options["max_cost_usd"] = 0.0001
        if payload.dry_run:
            options["dry_run"] = True
        ask = self._ask("create", payload=payload)
        make = partial(request, "POST", "/v1/jobs", key=ask.name if ask.keyed else None)
        return self._insist(
            Sent(ask=ask, operation="createJob", make=make, body=json.dumps(options).encode())
        )

    def send_file(self, key: JobKey, payload: Payload, expires_at: datetime) -> bool:
        """By the form; whether it arrived in time."""
        ask = self._ask("upload", job=key, keyed=False)
        for _ in range(3):
            if self._is_past(expires_at):
                return False
            if self.world.home.uploads_start_jobs:
                arrived = self.post_file(key, payload, expires_at)
            else:
                sent = self.world.attempt(
                    f"upload {self.name}", lambda host: self._take(host, ask, key, payload), lives=60
                )
                self.sim.wait(sent, PATIENCE)
                arrived = sent.done and sent.error is None
            if arrived:
                return True
            self.sim.sleep(self.sim.chance.uniform(1, 5))
        return False

    def post_file(self, key: JobKey, payload: Payload, expires_at: datetime) -> bool:
        """Straight into the store, whatever has become of the job and of what lay there."""
        if self._is_past(expires_at):
            return False

        def effect() -> None:
            self.world.blobs.replace(upload_key(key), payload.body)
            etag = self.world.blobs.stat(upload_key(key)).etag
            self.world.promises.uploads[key, etag] = payload
            self.world.arrived(upload_key(key))
            self.world.promises.accepts(Ask("upload"), key)

        try:
            self.sim.call("upload", key, effect, writes=True, errors=READS)
        except AuraStreamError:
            return False
        return True

    def _is_past(self, expires_at: datetime) -> bool:
        return NOON + timedelta(seconds=self.sim.now) >= expires_at

    def cancel(self, key: JobKey) -> Response | None:
        """Stop a job."""
        return self._keyed_step("cancel", "cancelJob", key)

    def retry(self, key: JobKey) -> Response | None:
        """Another try for what failed."""
        return self._keyed_step("retry", "retryJob", key)

    def delete(self, key: JobKey) -> Response | None:
        """Leave nothing of a job."""
        return self._once("delete", "deleteJob", key, "DELETE")

    def show(self, key: JobKey) -> Response | None:
        """How a job is."""
        return self._once("show", "getJob", key, "GET")

    def read(self, key: JobKey, cursor: str | None = None) -> Response | None:
        """A small page of outcomes."""
        query = "limit=2" + (f"&cursor={cursor}" if cursor else "")
        return self._once("read", "getResults", key, "GET", "/results", query=query)

    def list(self) -> Response | None:
        """All jobs."""
        make = partial(request, "GET", "/v1/jobs")
        return self._insist(Sent(ask=Ask(f"list {self.name}"), operation="listJobs", make=make))

    def _take(self, host: Service, ask: Ask, key: JobKey, payload: Payload) -> None:
        service = UploadService(
            jobs=host.ports.jobs,
            blobs=host.ports.blobs,
            start=host.start,
            redeem=lambda _token, _key, _now: len(payload.body),
            restore=lambda _token: None,
            clock=host.clock,
        )
        _take(service, key, iter([payload.body]))
        self.world.promises.accepts(ask, key)

    def _keyed_step(self, name: str, operation: str, key: JobKey) -> Response | None:
        ask = self._ask(name, job=key)
        make = partial(
            request,
            "POST",
            f"/v1/jobs/{key.job_id}/{name}",
            key=ask.name if ask.keyed else None,
            job_id=key.job_id,
        )
        return self._insist(Sent(ask=ask, operation=operation, make=make))

    def _once(
        self, name: str, operation: str, key: JobKey, method: str, path: str = "", *, query: str = ""
    ) -> Response | None:
        make = partial(request, method, f"/v1/jobs/{key.job_id}{path}", query=query, job_id=key.job_id)
        return self._insist(Sent(ask=Ask(f"{name} {self.name}", job=key), operation=operation, make=make))

    def _ask(
        self,
        name: str,
        *,
        payload: Payload | None = None,
        job: JobKey | None = None,
        mode: Mode | None = None,
        keyed: bool = True,
    ) -> Ask:
        return Ask(
            f"{name} {self.name}{next(self._numbers)}",
            keyed=keyed and self.sim.likely(0.7),
            payload=payload,
            job=job,
            mode=mode,
        )

    def _insist(self, sent: Sent) -> Response | None:
        """Ask until there is an answer that asking again would not change; now and then once more."""
        response: Response | None = None
        for _ in range(TRIES if sent.ask.keyed or sent.make().method != "POST" else 1):
            response = self._send(sent)
            if response is not None and not _is_worth_another(response):
                break
            self.sim.sleep(self.sim.chance.uniform(1, 20))
        if sent.ask.keyed and self.sim.likely(0.2):
            self._send(sent)
        return response

    def _send(self, sent: Sent) -> Response | None:
        """The answer, if it comes in time; a request that carries a key may arrive twice."""
        times = 2 if sent.ask.keyed and self.sim.likely(self.sim.weather.doubles / 2) else 1
        requests = [
            self.sim.spawn(
                sent.ask.name,
                partial(self._served, self.world.host(), sent),
                mortal=True,
                lives=60,
                tag=sent.ask,
            )
            for _ in range(times)
        ]
        first = requests[0]
        self.sim.wait(first, PATIENCE)
        return first.result if isinstance(first.result, Response) else None

    def _served(self, host: Service, sent: Sent) -> Response:
        since = self.sim.steps
        response = host.answer(sent.operation, sent.make(), sent.body)
        self.sim.note("answers", sent.ask.name, str(response.status_code))
        self._told(sent, response, since)
        return response

    def _told(self, sent: Sent, response: Response, since: int) -> None:
        promises, ask, status = self.world.promises, sent.ask, response.status_code
        if status >= 500 and (status == 500 or "retry-after" not in response.headers):
            self.sim.violate(f"{ask.name} was answered with {status}")
        if status >= 400:
            return
        answer = said(response)
        if sent.operation in ("analyzeSentiment", "retryJob", "createJob"):
            if "job_id" not in answer:
                promises.answers(ask, answer["results"])
                return
            key = JobKey(ACME, parse_job_id(answer["job_id"]))
            if status == 202:
                promises.accepts(ask, key)
            self._learn(key)
        elif sent.operation == "listJobs":
            for job in answer["jobs"]:
                promises.shows(JobKey(ACME, parse_job_id(job["job_id"])), since)
        elif ask.job is not None:
            self._told_of(ask.job, sent.operation, answer, since)

    def _told_of(self, key: JobKey, operation: str, answer: Any, since: int) -> None:
        promises = self.world.promises
        if operation == "cancelJob":
            promises.cancels(key)
        elif operation == "deleteJob":
            promises.deletes(key)
        else:
            promises.shows(key, since)
        for outcome in answer["results"] if operation == "getResults" else ():
            promises.reads(key, outcome["row"], (outcome["status"], outcome.get("sentiment")))

    def _learn(self, key: JobKey) -> None:
        if key not in self.world.known:
            self.world.known.append(key)


def _is_worth_another(response: Response) -> bool:
    if response.status_code == 409:
        return said(response)["code"] in ("idempotency_in_progress", "job_not_finished")
    return response.status_code >= 500
