"""The server of one machine, where it meets the network."""

import asyncio
import socket

from aurastream.entrypoints.serve import _bind


class Greeter(asyncio.Protocol):
    """Looks at the connection that it is given."""

    def __init__(self, seen: "asyncio.Future[int]") -> None:
        self._seen = seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        accepted = transport.get_extra_info("socket")
        self._seen.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        transport.close()


def test_small_answers_are_not_held_back_for_more_to_send() -> None:
    """Each would be 40 ms late: headers and body are two packets, and the second waits for a receipt."""

    async def met() -> int:
        loop = asyncio.get_running_loop()
        seen: asyncio.Future[int] = loop.create_future()
        server = await loop.create_server(lambda: Greeter(seen), sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        found = await seen
        writer.close()
        server.close()
        return found

    with _bind("127.0.0.1", 0) as listening:
        assert asyncio.run(met()) != 0
