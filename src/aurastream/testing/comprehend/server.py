"""Connections on loopback: a thread each, kept open, answered at once or reset."""

import socket
import socketserver
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from aurastream.testing.comprehend.service import Reply
from aurastream.testing.comprehend.wire import MalformedRequestError, Request, read_request

LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.02
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Hands each request to `reply` and does with the connection what the reply says."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        *,
        reply: Callable[[Request], Reply],
        refuse: Callable[[MalformedRequestError], Reply],
        pause: Callable[[float], object],
    ) -> None:
        self.reply, self.refuse, self.pause = reply, refuse, pause
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), _Connection)
        self._thread = Thread(target=self.serve_forever, args=(_POLL_SECONDS,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.socket.getsockname()[1])

    def start(self) -> None:
        """Begin to accept connections."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more, end the connections that are open, and wait for their threads."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Take a new connection."""
        assert isinstance(request, socket.socket)
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close a connection without the polite FIN of the parent class: it would go ahead of a reset."""
        assert isinstance(request, socket.socket)
        with self._lock:
            self._open.discard(request)
        self.close_request(request)


class _Connection(socketserver.StreamRequestHandler):
    """Answers request after request of one client."""

    disable_nagle_algorithm = True
    server: LoopbackServer

    def handle(self) -> None:
        with suppress(OSError):  # a client may go at any time
            while self._answer_next():
                pass

    def _answer_next(self) -> bool:
        try:
            if (request := read_request(self.rfile)) is None:
                return False
            keeps_alive = request.keeps_alive
            reply = self.server.reply(request)
        except MalformedRequestError as error:
            keeps_alive, reply = False, self.server.refuse(error)
        if reply.after > 0:
            self.server.pause(reply.after)
        if reply.answer is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            return False
        self.wfile.write(reply.answer.as_bytes(keeps_alive=keeps_alive))
        return keeps_alive
