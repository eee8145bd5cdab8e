"""In fair weather everything works: what a client asks for then, it gets, whatever happened before."""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from aurastream.domain.keys import JobKey, export_key, parse_job_id
from aurastream.domain.outcome import OutcomeStatus
from aurastream.domain.routing import Mode
from tests.simulation.calling import Caller
from tests.simulation.payloads import LONG, MALFORMED, Payload, expected_sentiment, table
from tests.simulation.service import ACME, said

ENDED = frozenset({"SUCCEEDED", "SUCCEEDED_WITH_ERRORS", "FAILED", "CANCELLED", "EXPIRED"})


class Probe(Caller):
    """Asks for one thing, and says if it did not get it."""

    def live(self) -> None:
        """Any one of the things that have to work."""
        self.sim.chance.choice(
            (
                *(self._a_file_is_scored, self._a_file_that_is_uploaded_is_scored),
                *(self._a_bad_file_is_refused, self._nothing_but_a_price),
                *(self._texts_are_answered, self._an_answer_is_promised_and_the_promise_kept),
                *(self._what_failed_is_mended, self._a_job_is_cancelled),
            )
        )()

    def _file(self) -> Payload:
        number = self.sim.chance.randrange(10**6)
        return table(("good one", f"bad {number}", f"{LONG} {number}", "", f"good and bad {number}"))

    def _a_file_is_scored(self) -> None:
        payload = self._file()
        key = self._job_of(self.submit(payload), 202)
        self._wants(self._end_of(key), "SUCCEEDED")
        self._wants(self._read_to_the_end(key), self._told_beforehand(payload))
        self._wants(self._status_of(self.delete(key)), 204)
        self._wants(self._status_of(self.show(key)), 404)

    def _a_file_that_is_uploaded_is_scored(self) -> None:
        payload = self._file()
        response = self.create(payload)
        key = self._job_of(response, 201)
        assert response is not None
        expires_at = datetime.fromisoformat(said(response)["upload"]["expires_at"])
        self._wants(self.send_file(key, payload, expires_at), wanted=True)
        self._wants(self._end_of(key), "SUCCEEDED")
        self._wants(self._read_to_the_end(key), self._told_beforehand(payload))

    def _a_bad_file_is_refused(self) -> None:
        payload = table(("good one", MALFORMED), query="&language_column=nope", rejected="column_not_found")
        key = self._job_of(self.submit(payload), 202)
        self._wants(self._end_of(key), "FAILED")
        self._wants(said(self._shown(key))["error"]["code"], payload.rejected)

    def _texts_are_answered(self) -> None:
        texts = ["good one", "bad one", ""]
        response = self.analyze(texts, self.sim.chance.choice((Mode.SYNC, Mode.AUTO)))
        self._wants(self._status_of(response), 200)
        key = self._job_of(self.analyze(texts, Mode.ASYNC), 202)
        self._wants(self._end_of(key), "SUCCEEDED")

    def _an_answer_is_promised_and_the_promise_kept(self) -> None:
        self.world.brown_out(40.0)
        text = f"good {self.sim.chance.randrange(10**6)}"
        key = self._job_of(self.analyze([text], Mode.SYNC), 202)
        self._wants(self._end_of(key), "SUCCEEDED")

    def _what_failed_is_mended(self) -> None:
        self.world.brown_out(7_200.0)
        payload = self._file()
        parent = self._job_of(self.submit(payload), 202)
        self._wants(self._end_of(parent) in ("FAILED", "SUCCEEDED_WITH_ERRORS"), wanted=True)
        self.sim.sleep(7_300.0)
        child = self._job_of(self.retry(parent), 202)
        self._wants(self._end_of(child), "SUCCEEDED")
        lines = self.world.blobs.blobs[export_key(child)].decode().splitlines()[1:]
        told = [OutcomeStatus.SKIPPED if text == "" else OutcomeStatus.SUCCEEDED for text in payload.texts]
        self._wants(all(status in line for status, line in zip(told, lines, strict=True)), wanted=True)

    def _a_job_is_cancelled(self) -> None:
        """Nobody can begin it, since nothing is uploaded; and one that may have been begun."""
        waiting = self._job_of(self.create(self._file()), 201)
        self._wants(self._status_of(self.cancel(waiting)), 202)
        self._wants(self._end_of(waiting), "CANCELLED")
        begun = self._job_of(self.submit(self._file()), 202)
        self._wants(self._status_of(self.cancel(begun)), 202)
        self._wants(self._end_of(begun) in ENDED - {"EXPIRED", "FAILED"}, wanted=True)

    def _nothing_but_a_price(self) -> None:
        payload = table(("good one", "bad one"), query="&dry_run=true", dry_run=True)
        before = len(self.world.engine.calls)
        key = self._job_of(self.submit(payload), 202)
        self._wants(self._end_of(key), "SUCCEEDED")
        self._wants(self._read_to_the_end(key), [(1, "SKIPPED", None), (2, "SKIPPED", None)])
        self._wants(len(self.world.engine.calls), before)

    def _told_beforehand(self, payload: Payload) -> list[tuple[int, str, str | None]]:
        """The outcomes that a file of texts has to have."""
        sentiments = [expected_sentiment(text or "") for text in payload.texts]
        return [
            (row, "SUCCEEDED" if sentiment else "SKIPPED", sentiment)
            for row, sentiment in enumerate(sentiments, 1)
        ]

    def _read_to_the_end(self, key: JobKey) -> list[tuple[int, str, str | None]]:
        found: list[tuple[int, str, str | None]] = []
        cursor: str | None = None
        for _ in range(10):
            page = said(self._with(self.read(key, cursor)))
            found += [
                (outcome["row"], outcome["status"], outcome.get("sentiment")) for outcome in page["results"]
            ]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
        self._wants("a cursor", "the end")
        return found

    def _end_of(self, key: JobKey) -> str:
        """How a job ended, after at most an hour."""
        for _ in range(60):
            status: str = said(self._shown(key))["status"]
            if status in ENDED:
                return status
            self.sim.sleep(60.0)
        return "no end"

    def _shown(self, key: JobKey) -> Response:
        return self._with(self.show(key))

    def _job_of(self, response: Response | None, status: int) -> JobKey:
        self._wants(self._status_of(response), status)
        return JobKey(ACME, parse_job_id(said(self._with(response))["job_id"]))

    def _status_of(self, response: Response | None) -> int | None:
        return None if response is None else response.status_code

    def _with(self, response: Response | None) -> Response:
        assert response is not None, "in fair weather there is an answer"
        return response

    def _wants(self, found: Any, wanted: Any) -> None:
        if found != wanted:
            self.sim.violate(f"{self.name} got {found}, and wants {wanted}")
