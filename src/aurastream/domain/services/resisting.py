"""A job whose work fails: somebody hears of it, and it keeps no other waiting."""

from collections.abc import Callable

from aurastream.domain.keys import JobKey

TellResisted = Callable[[JobKey, str], None]
"""Hears which job it is, and the code or the kind of what went wrong; never its words."""


def untold(_key: JobKey, _kind: str) -> None:
    """Nobody hears of it."""
