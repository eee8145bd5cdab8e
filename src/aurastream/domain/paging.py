"""Lists that are read a page at a time."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NewType, TypeVar

from aurastream.domain.errors import InvalidCursorError

Cursor = NewType("Cursor", str)
"""Where a list goes on; opaque to the caller and good for one list only."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list; `next` is None at its end."""

    items: Sequence[T]
    next: Cursor | None = None


def _seal(scope: str) -> bytes:
    return hashlib.sha256(scope.encode()).digest()[:9]


def seal_cursor(scope: str, position: str) -> Cursor:
    """A cursor for a position in the list named by `scope`."""
    return Cursor(base64.urlsafe_b64encode(_seal(scope) + position.encode()).decode().rstrip("="))


def open_cursor(scope: str, cursor: str) -> str:
    """
    The position a cursor stands for.

    Raises:
        InvalidCursorError: it was not handed out for this list.
    """
    try:
        sealed = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
        if sealed[:9] == _seal(scope):
            return sealed[9:].decode()
    except (binascii.Error, ValueError):
        pass
    raise InvalidCursorError("the cursor was not handed out for this list; start again without one")
