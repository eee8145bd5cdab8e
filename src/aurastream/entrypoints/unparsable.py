"""What is no HTTP never reaches the app; here it is refused in the app's words all the same."""

from collections.abc import Callable

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from aurastream.entrypoints.http.app import REQUEST_ID
from aurastream.entrypoints.http.problems import problem_response
from aurastream.entrypoints.http.refusals import InvalidHttpError

MAY_ANSWER = (h11.IDLE, h11.SEND_RESPONSE)
"""Of the connection's states those in which no answer has begun."""


def protocol_of(new_request_id: Callable[[], str]) -> type[H11Protocol]:
    """uvicorn's protocol, with a problem document where uvicorn would answer in plain text."""

    class Protocol(H11Protocol):
        def send_400_response(self, msg: str) -> None:  # noqa: ARG002 # uvicorn's own words
            if self.conn.our_state in MAY_ANSWER:
                self._refuse()
            self.transport.close()

        def _refuse(self) -> None:
            request_id = new_request_id()
            problem = problem_response(InvalidHttpError("the request is not HTTP/1.1"), request_id)
            headers = [
                *problem.raw_headers,
                (REQUEST_ID.encode(), request_id.encode()),
                (b"connection", b"close"),
            ]
            answer = (
                h11.Response(status_code=problem.status_code, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(problem.body)),
                h11.EndOfMessage(),
            )
            for event in answer:
                self.transport.write(self.conn.send(event) or b"")

    return Protocol
