"""What happens to one call: refused, throttled, struck by a fault, or scored and billed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from aurastream.testing.comprehend.billing import Call, Ledger, text_key, units_of
from aurastream.testing.comprehend.calls import (
    MAX_BYTES,
    Asked,
    Operation,
    asked_of,
    bytes_of,
    check_limits,
    oversize_message,
)
from aurastream.testing.comprehend.dice import Dice, Fault
from aurastream.testing.comprehend.quota import TokenBucket
from aurastream.testing.comprehend.refusals import Refusal
from aurastream.testing.comprehend.scoring import Score, checked, sentiment_of
from aurastream.testing.comprehend.settings import ComprehendSettings
from aurastream.testing.comprehend.wire import Answer, Request

_TROUBLE: Mapping[Fault, tuple[str, str]] = {
    Fault.THROTTLED: ("ThrottlingException", "Rate exceeded"),
    Fault.ERROR: ("InternalServerException", "An internal server error occurred. Retry your request."),
    Fault.UNAVAILABLE: ("ServiceUnavailable", "The service is temporarily unavailable."),
}
_DOWN: Mapping[str, Fault] = {"error": Fault.ERROR, "throttled": Fault.THROTTLED}
_LOST = frozenset((Fault.LOST_REQUEST, Fault.LOST_ANSWER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the client gets to see: an answer after a while, or (None) a connection that is reset."""

    answer: Answer | None
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What a call led to: a body, and the documents that are billed for it."""

    body: Mapping[str, object]
    status: int = 200
    error: str | None = None
    billed: Sequence[str] = ()


class Service:
    """Comprehend's two sentiment calls, without the network around them."""

    def __init__(self, settings: ComprehendSettings, score: Score, clock: Callable[[], float]) -> None:
        self.ledger = Ledger(settings.calls_kept)
        self._score, self._clock = score, clock
        self._dice = Dice(settings.seed)
        self._changing = Lock()
        self._settings = settings
        self._quotas = {
            operation: TokenBucket(_rate(operation, settings), settings.burst_seconds, clock)
            for operation in Operation
        }

    @property
    def settings(self) -> ComprehendSettings:
        """The behaviour in force."""
        return self._settings

    def change(self, changes: Mapping[str, Any]) -> ComprehendSettings:
        """
        Behave otherwise from the next call on.

        Raises:
            ValueError: no such setting, or no such value; nothing has changed.
        """
        with self._changing:
            self._settings = settings = self._settings.changed(changes)
            if changes.keys() & {"tps", "batch_tps", "burst_seconds"}:
                for operation, quota in self._quotas.items():
                    quota.retune(_rate(operation, settings), settings.burst_seconds)
            return settings

    def request_id(self) -> str:
        """An id for an answer that is no call."""
        return self._dice.request_id()

    def answer(self, request: Request) -> Reply:
        """Answer one call and record it."""
        settings, at = self._settings, self._clock()
        asked: Asked | None = None
        fault: Fault | None = None
        after = 0.0
        try:
            asked = asked_of(request)
            self._admit(asked.operation, settings)
            after, fault = self._dice.seconds(settings), self._dice.fault(settings)
            work = self._work(asked, fault, settings)
        except Refusal as refusal:
            work = _Work(body=refusal.as_json(), status=refusal.status, error=refusal.error)
        if fault is Fault.STALL:
            after += settings.stall_seconds
        return self._close(request, asked, fault, work, at=at, after=after)

    def _admit(self, operation: Operation, settings: ComprehendSettings) -> None:
        if settings.down is not None:
            raise Refusal(*_TROUBLE[_DOWN[settings.down]])
        if not self._quotas[operation].take():
            raise Refusal(*_TROUBLE[Fault.THROTTLED])

    def _work(self, asked: Asked, fault: Fault | None, settings: ComprehendSettings) -> _Work:
        if fault is Fault.LOST_REQUEST:
            return _Work(body={})
        if fault is not None and fault in _TROUBLE:
            raise Refusal(*_TROUBLE[fault])
        check_limits(asked, settings)
        outcomes = [self._outcome(text, asked.language, settings) for text in asked.texts]
        results = [{"Index": index, **one} for index, one in enumerate(outcomes) if "ErrorCode" not in one]
        errors = [{"Index": index, **one} for index, one in enumerate(outcomes) if "ErrorCode" in one]
        billed = [text for text, one in zip(asked.texts, outcomes, strict=True) if "ErrorCode" not in one]
        if asked.operation is Operation.DETECT:
            if errors:
                raise Refusal("InternalServerException", str(errors[0]["ErrorMessage"]))
            return _Work(body=outcomes[0], billed=billed)
        if settings.shuffle:
            results, errors = self._dice.disordered(results), self._dice.disordered(errors)
        return _Work(body={"ResultList": results, "ErrorList": errors}, billed=billed)

    def _outcome(self, text: str, language: str, settings: ComprehendSettings) -> dict[str, object]:
        if (size := bytes_of(text)) > MAX_BYTES:
            return {"ErrorCode": "TEXT_SIZE_LIMIT_EXCEEDED", "ErrorMessage": oversize_message(size)}
        if self._dice.fails(settings.item_error_rate) or settings.is_poison(text):
            return {
                "ErrorCode": "INTERNAL_SERVER_ERROR",
                "ErrorMessage": "The document could not be processed",
            }
        try:
            scores = checked(self._score(text, language))
        except Exception as error:
            # Whatever a given scorer raises; its message may hold the text, its kind does not.
            message = f"The stand-in's score function raised {type(error).__name__}"
            return {"ErrorCode": "INTERNAL_SERVER_ERROR", "ErrorMessage": message}
        return {"Sentiment": sentiment_of(scores), "SentimentScore": scores}

    def _close(
        self,
        request: Request,
        asked: Asked | None,
        fault: Fault | None,
        work: _Work,
        *,
        at: float,
        after: float,
    ) -> Reply:
        lost = fault in _LOST
        call = Call(
            at=at,
            request_id=self._dice.request_id(),
            operation=asked.operation if asked else _attempted(request),
            access_key=asked.access_key if asked else "",
            language=asked.language[:20] if asked else "",
            documents=len(asked.texts) if asked else 0,
            billed_documents=len(work.billed),
            units=sum(units_of(text) for text in work.billed),
            status=0 if lost else work.status,
            error=None if lost else work.error,
            fault=fault,
        )
        language = asked.language if asked else ""
        self.ledger.record(call, [text_key(text, language) for text in work.billed])
        if lost:
            return Reply(answer=None, after=after)
        body = json.dumps(work.body).encode()
        return Reply(answer=Answer(status=work.status, body=body, request_id=call.request_id), after=after)


def _rate(operation: Operation, settings: ComprehendSettings) -> float | None:
    return settings.tps if operation is Operation.DETECT else settings.batch_tps


def _attempted(request: Request) -> str:
    """What a refused request was about, for the ledger: its target, or else its request line."""
    target = request.headers.get("x-amz-target", "").rpartition(".")[2]
    return (target or f"{request.method} {request.path}")[:100]
