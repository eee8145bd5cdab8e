"""Results that were paid for."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime

from aurastream.domain.remembering import CacheKey, Remembered


class ResultCache(ABC):
    """Remembers results, so that a tenant pays for a text once."""

    @abstractmethod
    def get(self, keys: Collection[CacheKey], *, now: datetime) -> Mapping[CacheKey, Remembered]:
        """What is remembered and not over its time; a store that does not answer remembers nothing."""

    @abstractmethod
    def put(self, results: Mapping[CacheKey, Remembered], *, until: datetime) -> None:
        """Remember, as well as possible: a store that does not answer is no error."""
