"""JSON from strangers: what can be read safely, and nothing else."""

import json
import re
from typing import NoReturn

from aurastream.domain.files.rows import MARK

MAX_DEPTH = 100
"""Brackets within brackets; a fixed number, since what Python itself bears depends on who calls."""

SPACE = " \t\r\n"

_TOKEN = re.compile(r'["\[\]{}]')
_IN_STRING = re.compile(r'["\\]')


class UnreadableError(ValueError):
    """A text that is no JSON value we read; it never says what stood there."""


class JsonReader:
    """Reads JSON values without NaN, lone surrogates, numbers without end or brackets without end."""

    def __init__(self) -> None:
        self._decoder = json.JSONDecoder(parse_constant=_refuse)

    def begin(self, text: str, start: int) -> tuple[object, int]:
        """
        The value that begins there, and where it ends.

        Raises:
            UnreadableError: there is none, or the text ends before it does.
        """
        try:
            return self._decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            raise UnreadableError from None

    def read(self, text: str) -> object:
        """
        The value that a text without space around it is.

        Raises:
            UnreadableError: it is none.
        """
        value, end = self.begin(text, 0)
        if end != len(text):
            raise UnreadableError
        check(text, value)
        return value


def check(text: str, value: object) -> None:
    """
    Refuse what Python read and others would not.

    Raises:
        UnreadableError: it goes too deep, or holds half a character.
    """
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(text):
        raise UnreadableError
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise UnreadableError from None
    if not text.isascii() and MARK in text:
        raise UnreadableError


def _refuse(constant: str) -> NoReturn:  # noqa: ARG001 # NaN, Infinity or -Infinity
    raise UnreadableError


def _is_deep(text: str) -> bool:
    depth, at = 0, 0
    while token := _TOKEN.search(text, at):
        at = token.end()
        if token[0] == '"':
            at = end_of_string(text, at)
        else:
            depth += 1 if token[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def end_of_string(text: str, start: int) -> int:
    """The place after the quote that ends a string begun before `start`; the end of the text if none does."""
    while token := _IN_STRING.search(text, start):
        if token[0] == '"':
            return token.end()
        start = token.end() + 1
    return len(text)
