"""What the workers of one process ask for right now."""

from collections.abc import Collection
from threading import Lock

from aurastream.domain.remembering import CacheKey


class Claims:
    """Each text is asked for by one worker at a time; the lock is never held while an engine is asked."""

    def __init__(self) -> None:
        self._held: set[CacheKey] = set()
        self._lock = Lock()

    def take(self, keys: Collection[CacheKey]) -> list[CacheKey]:
        """Those of the keys that nobody holds; they are the caller's until it releases them."""
        with self._lock:
            free = [key for key in keys if key not in self._held]
            self._held.update(free)
        return free

    def release(self, keys: Collection[CacheKey]) -> None:
        """Others may have them."""
        with self._lock:
            self._held.difference_update(keys)
