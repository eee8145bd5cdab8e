"""NDJSON: every line that is not blank is a JSON value."""

from collections.abc import Iterable, Iterator
from itertools import chain

from aurastream.domain.files.json_rows import Element
from aurastream.domain.files.json_values import SPACE, JsonReader, UnreadableError
from aurastream.domain.files.lines import Line
from aurastream.domain.files.rows import LongText
from aurastream.domain.outcome import FailureCode


def ndjson_elements(batches: Iterable[list[Line]]) -> Iterator[Element]:
    """The values of lines, those that cannot be read too."""
    reader = JsonReader()
    for number, line in enumerate(chain.from_iterable(batches), 1):
        if isinstance(line, LongText):
            yield number, line, None, FailureCode.FIELD_TOO_LARGE
            continue
        text = line.strip(SPACE)
        if not text:
            continue
        try:
            yield number, text, reader.read(text), None
        except UnreadableError:
            yield number, text, None, FailureCode.MALFORMED_ROW
