"""Clients: they ask, ask again when they hear nothing, and remember what they were told."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey, parse_job_id, upload_key
from aurastream.entrypoints.http.uploads import UploadService, _take
from tests.fakes import NOON
from tests.simulation.payloads import Payload, documents, drawn_table, drawn_text, with_one_more
from tests.simulation.ports import READS
from tests.simulation.promises import Ask
from tests.simulation.service import ACME, Service, request, said
from tests.simulation.world import World

EVERYTHING = (2, 2, 3, 3, 1, 1, 3, 3, 3, 2)
"""How often which wish is had: submit, upload, ask; read, show, list; cancel, retry, delete, abandon."""
RETRIES = (3, 0, 1, 1, 0, 0, 0, 6, 1, 0)
ERASURES = (2, 4, 2, 1, 0, 0, 1, 0, 4, 4)
LIVE = (0, 0, 8, 2, 1, 0, 1, 0, 1, 0)
THEMES = (EVERYTHING, EVERYTHING, EVERYTHING, RETRIES, ERASURES, LIVE)
PATIENCE = 30.0
TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that can be sent again, byte for byte."""

    ask: Ask
    operation: str
    make: Callable[[], Request]
    body: bytes = b""


class Client:
    """One caller and its wishes."""

    def __init__(self, world: World, name: str, theme: Sequence[int] = EVERYTHING) -> None:
        self._world, self._sim, self.name, self._theme = world, world.sim, name, theme
        self._numbers = count(1)

    def live(self) -> None:
        """A few wishes, one after the other."""
        chance = self._sim.chance
        self._submit() if chance.random() < 0.7 else self._answer_or_promise()
        for _ in range(chance.randint(2, 7)):
            self._sim.sleep(chance.choice((0.0, 0.2, 1.0, 5.0, 30.0)))
            wish = chance.choices(
                (
                    *(self._submit, self._upload, self._answer_or_promise),
                    *(self._read, self._show, self._list),
                    *(self._cancel, self._retry, self._delete, self._abandon),
                ),
                self._theme,
            )
            wish[0]()
        self._mend()

    def _submit(self) -> None:
        payload = drawn_table(self._sim.chance)
        ask = self._ask("submit", payload=payload)
        self._insist(
            Sent(
                ask=ask,
                operation="analyzeSentiment",
                make=lambda: request(
                    "POST",
                    "/v1/sentiment",
                    query=payload.query,
                    media=payload.media,
                    key=ask.name if ask.keyed else None,
                ),
                body=payload.body,
            )
        )

    def _answer_or_promise(self) -> None:
        texts = [drawn_text(self._sim.chance) for _ in range(self._sim.chance.randint(1, 3))]
        asked, file = documents(texts)
        mode = self._sim.chance.choice(("SYNC", "AUTO"))
        body = {"mode": mode, "documents": [{"id": one.id, "text": one.text} for one in asked]}
        ask = self._ask("analyze", payload=Payload(file, tuple(texts)))
        self._insist(
            Sent(
                ask=ask,
                operation="analyzeSentiment",
                make=lambda: request("POST", "/v1/sentiment", key=ask.name if ask.keyed else None),
                body=json.dumps(body).encode(),
            )
        )

    def _upload(self) -> None:
        payload = drawn_table(self._sim.chance)
        options: dict[str, object] = {"text_column": "text", "id_column": "id"}
        if payload.rejected == "column_not_found":
            options["language_column"] = "nope"
        if payload.rejected == "budget_exceeded":
            options["max_cost_usd"] = 0.0001
        ask = self._ask("create", payload=payload)
        response = self._insist(
            Sent(
                ask=ask,
                operation="createJob",
                make=lambda: request("POST", "/v1/jobs", key=ask.name if ask.keyed else None),
                body=json.dumps(options).encode(),
            )
        )
        if response is None or response.status_code != 201 or self._sim.likely(0.1):
            return
        answer = said(response)
        key = JobKey(ACME, parse_job_id(answer["job_id"]))
        self._sim.sleep(self._sim.chance.choice((0.0, 0.0, 2.0, 100.0)))
        if self._sim.likely(0.1):
            self._abandon(key)
        self._send_file(
            key,
            payload,
            datetime.fromisoformat(answer["upload"]["expires_at"]),
        )

    def _send_file(self, key: JobKey, payload: Payload, expires_at: datetime) -> None:
        ask = self._ask("upload", job=key, keyed=False)
        for _ in range(3):
            if NOON + timedelta(seconds=self._sim.now) >= expires_at:
                return
            if self._world.home.uploads_start_jobs:
                arrived = self._post(key, payload)
            else:
                sent = self._world.attempt(
                    f"upload {self.name}", lambda host: self._take(host, ask, key, payload), lives=60
                )
                self._sim.wait(sent, PATIENCE)
                arrived = sent.done and sent.error is None
            if arrived:
                break
            self._sim.sleep(self._sim.chance.uniform(1, 5))
        if self._world.home.uploads_start_jobs and self._sim.likely(0.3):
            self._sim.sleep(self._sim.chance.choice((0.0, 0.1, 0.3, 1.0, 10.0)))
            self._post(key, with_one_more(payload))

    def _post(self, key: JobKey, payload: Payload) -> bool:
        """Straight into the store, whatever has become of the job and of what lay there."""

        def effect() -> None:
            self._world.blobs.replace(upload_key(key), payload.body)
            self._world.promises.uploads[self._world.blobs.stat(upload_key(key)).etag] = payload
            self._world.arrived(upload_key(key))
            self._world.promises.accepts(Ask("upload"), key)

        try:
            self._sim.call("upload", key, effect, writes=True, errors=READS)
        except AuraStreamError:
            return False
        return True

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
        self._world.promises.accepts(ask, key)

    def _read(self) -> None:
        key = self._some_job()
        cursor: str | None = None
        for _ in range(4):
            query = "limit=2" + (f"&cursor={cursor}" if cursor else "")
            response = self._once("read", "getResults", key, "GET", "/results", query=query)
            if response is None or response.status_code != 200:
                return
            cursor = said(response)["next_cursor"]
            if cursor is None:
                return

    def _show(self) -> None:
        self._once("show", "getJob", self._some_job(), "GET")

    def _list(self) -> None:
        self._insist(
            Sent(ask=Ask(f"list {self.name}"), operation="listJobs", make=lambda: request("GET", "/v1/jobs"))
        )

    def _cancel(self) -> None:
        self._keyed_step("cancel", "cancelJob")

    def _retry(self) -> None:
        """Rather a job of which something may be mended; now and then the parent is not wanted any more."""
        parent = self._some_job(self._world.may_be_mended)
        response = self._keyed_step("retry", "retryJob", parent)
        if response is not None and response.status_code == 202 and self._sim.likely(0.5):
            self._sim.sleep(self._sim.chance.choice((0.0, 0.5, 5.0, 30.0)))
            self._delete_it(parent)

    def _mend(self) -> None:
        """In the end nobody likes to be left with what may be mended."""
        for _ in range(3):
            if any(self._world.may_be_mended(self._world.store.jobs[key]) for key in self._world.known):
                self._retry()
            self._sim.sleep(self._sim.chance.choice((0.0, 10.0, 60.0)))

    def _abandon(self, key: JobKey | None = None) -> None:
        """Stop a job and be rid of it."""
        key = key or self._some_job(lambda job: not job.deleted)
        self._keyed_step("cancel", "cancelJob", key)
        self._delete_it(key)

    def _delete(self) -> None:
        self._delete_it(self._some_job(lambda job: job.is_final and not job.deleted))

    def _delete_it(self, key: JobKey) -> None:
        self._once("delete", "deleteJob", key, "DELETE")

    def _keyed_step(self, name: str, operation: str, key: JobKey | None = None) -> Response | None:
        key = key or self._some_job()
        ask = self._ask(name, job=key)
        path = f"/v1/jobs/{key.job_id}/{name}"
        return self._insist(
            Sent(
                ask=ask,
                operation=operation,
                make=lambda: request("POST", path, key=ask.name if ask.keyed else None, job_id=key.job_id),
            )
        )

    def _once(
        self, name: str, operation: str, key: JobKey, method: str, path: str = "", *, query: str = ""
    ) -> Response | None:
        return self._insist(
            Sent(
                ask=Ask(f"{name} {self.name}", job=key),
                operation=operation,
                make=lambda: request(method, f"/v1/jobs/{key.job_id}{path}", query=query, job_id=key.job_id),
            )
        )

    def _some_job(self, rather: Callable[[Job], bool] = lambda _job: True) -> JobKey:
        """One of the newest that are known, and rather one of a kind."""
        known = self._world.known
        if not known:
            return JobKey(ACME, parse_job_id("job_" + "0" * 26))
        wanted = [key for key in known if rather(self._world.store.jobs[key])]
        return self._sim.chance.choice((wanted if self._sim.likely(0.8) and wanted else known)[-4:])

    def _ask(
        self, name: str, *, payload: Payload | None = None, job: JobKey | None = None, keyed: bool = True
    ) -> Ask:
        return Ask(
            f"{name} {self.name}{next(self._numbers)}",
            keyed=keyed and self._sim.likely(0.7),
            payload=payload,
            job=job,
        )

    def _insist(self, sent: Sent) -> Response | None:
        """Ask until there is an answer that asking again would not change; now and then once more."""
        response: Response | None = None
        for _ in range(TRIES if sent.ask.keyed or sent.make().method != "POST" else 1):
            response = self._send(sent)
            if response is not None and not _is_worth_another(response):
                break
            self._sim.sleep(self._sim.chance.uniform(1, 20))
        if sent.ask.keyed and self._sim.likely(0.2):
            self._send(sent)
        return response

    def _send(self, sent: Sent) -> Response | None:
        """The answer, if it comes in time; a request that carries a key may arrive twice."""
        times = 2 if sent.ask.keyed and self._sim.likely(self._sim.weather.doubles / 2) else 1
        requests = [
            self._sim.spawn(
                sent.ask.name,
                partial(self._served, self._world.host(), sent),
                mortal=True,
                lives=60,
                tag=sent.ask,
            )
            for _ in range(times)
        ]
        first = requests[0]
        self._sim.wait(first, PATIENCE)
        return first.result if isinstance(first.result, Response) else None

    def _served(self, host: Service, sent: Sent) -> Response:
        since = self._sim.steps
        response = host.answer(sent.operation, sent.make(), sent.body)
        self._sim.note("answers", sent.ask.name, str(response.status_code))
        self._told(sent, response, since)
        return response

    def _told(self, sent: Sent, response: Response, since: int) -> None:
        promises, ask, status = self._world.promises, sent.ask, response.status_code
        if status >= 500 and (status == 500 or "retry-after" not in response.headers):
            self._sim.violate(f"{ask.name} was answered with {status}")
        if status >= 400:
            return
        answer = said(response)
        if sent.operation in ("analyzeSentiment", "retryJob", "createJob") and "job_id" in answer:
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
        promises = self._world.promises
        if operation == "cancelJob":
            promises.cancels(key)
        elif operation == "deleteJob":
            promises.deletes(key)
        else:
            promises.shows(key, since)
        for outcome in answer["results"] if operation == "getResults" else ():
            promises.reads(key, outcome["row"], (outcome["status"], outcome.get("sentiment")))

    def _learn(self, key: JobKey) -> None:
        if key not in self._world.known:
            self._world.known.append(key)


def _is_worth_another(response: Response) -> bool:
    if response.status_code == 409:
        return said(response)["code"] in ("idempotency_in_progress", "job_not_finished")
    return response.status_code >= 500
