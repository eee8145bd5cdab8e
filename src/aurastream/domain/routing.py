"""Now or later: where a request goes by its mode, its sizes and its number of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aurastream.domain.errors import TextTooLargeError, TooManyDocumentsError


class Mode(StrEnum):
    """What the caller asks for."""

    SYNC = "SYNC"
    ASYNC = "ASYNC"
    AUTO = "AUTO"


class Route(StrEnum):
    """What the caller gets: an answer, or the promise of one."""

    NOW = "NOW"
    LATER = "LATER"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """What is answered at once: so many documents of so many UTF-8 bytes each."""

    max_documents: int = 25
    max_bytes: int = 5_000

    def route(self, mode: Mode, sizes: Sequence[int]) -> Route:
        """
        Size decides; ASYNC only ever asks for later, SYNC insists on now.

        Raises:
            TooManyDocumentsError: SYNC with more documents than are answered at once.
            TextTooLargeError: SYNC with a text over what is answered at once.
        """
        if mode is Mode.ASYNC:
            return Route.LATER
        too_many, too_large = len(sizes) > self.max_documents, max(sizes, default=0) > self.max_bytes
        if not too_many and not too_large:
            return Route.NOW
        if mode is Mode.AUTO:
            return Route.LATER
        if too_many:
            raise TooManyDocumentsError(
                f"at most {self.max_documents} documents are answered at once; use mode AUTO or ASYNC"
            )
        raise TextTooLargeError(
            f"at most {self.max_bytes} UTF-8 bytes a text are answered at once; use mode AUTO or ASYNC"
        )
