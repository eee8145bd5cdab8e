"""Who asks for what right now, among the workers of one process."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import Lock

from aurastream.domain.engine import Priority
from aurastream.domain.engines.asked import Asked
from aurastream.domain.remembering import CacheKey

Claim = Callable[[Collection[CacheKey]], list[CacheKey]]
"""Those of the keys that are the caller's to ask for."""


class Claims:
    """Each text is asked for by one worker at a time; no lock is held while an engine is asked."""

    def __init__(self) -> None:
        self._held: set[CacheKey] = set()
        self._at_work: list[Asked] = []
        self._lock = Lock()

    @contextmanager
    def at_work(self, asked: Asked) -> Iterator[None]:
        """Meanwhile others may take open texts along."""
        with self._lock:
            self._at_work.append(asked)
        try:
            yield
        finally:
            with self._lock:
                self._at_work.remove(asked)

    @contextmanager
    def holding(self) -> Iterator[Claim]:
        """What is claimed meanwhile nobody else gets."""
        mine: list[CacheKey] = []

        def claim(keys: Collection[CacheKey]) -> list[CacheKey]:
            with self._lock:
                free = [key for key in keys if key not in self._held]
                self._held.update(free)
            mine.extend(free)
            return free

        try:
            yield claim
        finally:
            with self._lock:
                self._held.difference_update(mine)

    def beside(self, asked: Asked) -> list[Asked]:
        """The other bulk work for the same tenant that is to go on."""
        with self._lock:
            others = [other for other in self._at_work if other is not asked]
        return [
            other
            for other in others
            if other.call.tenant == asked.call.tenant
            and other.call.priority is Priority.BULK
            and not other.call.stopped()
        ]
