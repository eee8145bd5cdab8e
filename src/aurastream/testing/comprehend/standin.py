"""The stand-in as a test or a program holds it."""

import json
import time
from collections.abc import Callable
from threading import Event
from types import TracebackType
from typing import Any, Self

from aurastream.testing.comprehend import control
from aurastream.testing.comprehend.billing import Ledger
from aurastream.testing.comprehend.refusals import Refusal
from aurastream.testing.comprehend.scoring import Score, leaning
from aurastream.testing.comprehend.server import LOOPBACK, LoopbackServer
from aurastream.testing.comprehend.service import Reply, Service
from aurastream.testing.comprehend.settings import ComprehendSettings
from aurastream.testing.comprehend.wire import Answer, MalformedRequestError, Request


class ComprehendStandIn:
    """
    Serves Comprehend's two sentiment calls on loopback while it is entered.

    Point a client at `url` (`endpoint_url`, or AWS_ENDPOINT_URL_COMPREHEND) with any credentials.
    """

    def __init__(
        self,
        settings: ComprehendSettings | None = None,
        *,
        port: int = 0,
        score: Score = leaning,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._stopping = Event()
        self._service = Service(settings or ComprehendSettings(), score, clock)
        # By default a slow answer is waited for on the event, so that leaving never waits for it.
        self._pause = pause or self._stopping.wait
        self._port = port
        self._server: LoopbackServer | None = None

    def __enter__(self) -> Self:
        self._stopping.clear()
        self._server = LoopbackServer(self._port, reply=self._reply, refuse=self._refuse, pause=self._pause)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._stopping.set()
        self._server.stop()
        self._server = None

    @property
    def url(self) -> str:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError(
                "the stand-in listens only while it is entered (`with ComprehendStandIn() as …`)"
            )
        return f"http://{LOOPBACK}:{self._server.port}"

    @property
    def ledger(self) -> Ledger:
        """What was asked, answered and billed."""
        return self._service.ledger

    @property
    def settings(self) -> ComprehendSettings:
        """The behaviour in force."""
        return self._service.settings

    def change(self, **changes: Any) -> ComprehendSettings:
        """Behave otherwise from the next call on, e.g. `change(down="throttled")`."""
        return self._service.change(changes)

    def _reply(self, request: Request) -> Reply:
        if request.path.startswith(control.PREFIX):
            return Reply(answer=control.control(request, self._service))
        return self._service.answer(request)

    def _refuse(self, error: MalformedRequestError) -> Reply:
        refusal = Refusal("InvalidRequestException", str(error))
        body = json.dumps(refusal.as_json()).encode()
        return Reply(answer=Answer(status=refusal.status, body=body, request_id=self._service.request_id()))
