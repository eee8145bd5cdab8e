"""What befalls a server while it is used."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from aurastream.testing.comprehend import ComprehendStandIn
from tests.integration.history.disk import Disk
from tests.integration.history.server import Server


class Nemesis:
    """Kills, freezes, fills the disk and takes the engine down, one after the other, in a seeded order."""

    def __init__(self, server: Server, disk: Disk, engine: ComprehendStandIn, *, seed: int) -> None:
        self._server, self._disk, self._engine, self._chance = server, disk, engine, Random(seed)
        self.done: Counter[str] = Counter()

    def strike(self, kills: int) -> None:
        """So many kills, with some other trouble before each of them."""
        others: Sequence[Callable[[], None]] = (
            self.freeze,
            self.fill_disk,
            self.throttle,
            self.break_engine,
            self.kill_without_room,
        )
        for number in range(kills):
            time.sleep(self._chance.uniform(0.5, 1.5))
            others[number % len(others)]()
            time.sleep(self._chance.uniform(0.2, 1.2))
            self.kill()

    def kill(self) -> None:
        """The process is gone, and another one takes over."""
        self._server.kill()
        self._server.start()
        self.done["kill"] += 1

    def freeze(self) -> None:
        """The process stands still, and time goes on."""
        self._server.freeze(self._chance.uniform(0.5, 2))
        self.done["freeze"] += 1

    def fill_disk(self) -> None:
        """There is no room for a while."""
        with self._disk.full(self._server):
            time.sleep(self._chance.uniform(0.5, 1.5))
        self.done["full disk"] += 1

    def kill_without_room(self) -> None:
        """The process goes while there is no room, and the next one begins when there is."""
        with self._disk.full(self._server):
            time.sleep(self._chance.uniform(0.2, 0.8))
            self._server.kill()
        self._server.start()
        self.done["kill"] += 1
        self.done["full disk"] += 1

    def throttle(self) -> None:
        """The engine refuses every call for load."""
        self._brown_out("throttled")

    def break_engine(self) -> None:
        """The engine answers every call with an error."""
        self._brown_out("error")

    def _brown_out(self, how: str) -> None:
        self._engine.change(down=how)
        time.sleep(self._chance.uniform(1, 3))
        self._engine.change(down=None)
        self.done[f"engine {how}"] += 1
