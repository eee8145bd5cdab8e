"""Which format an input is in: by its content type, else by its name, else by what it looks like."""

from enum import StrEnum

from aurastream.domain.document_lines import DOCUMENTS
from aurastream.domain.files.columns import is_text_name
from aurastream.domain.files.dialect import DELIMITERS, find_dialect, said_delimiter
from aurastream.domain.files.json_values import SPACE, JsonReader, UnreadableError
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.job_options import JobOptions


class Format(StrEnum):
    """The formats of input files."""

    CSV = "csv"
    NDJSON = "ndjson"
    JSON = "json"
    TEXT = "text"


_TYPES = {
    "text/csv": Format.CSV,
    "application/csv": Format.CSV,
    "text/tab-separated-values": Format.CSV,
    "application/x-ndjson": Format.NDJSON,
    "application/ndjson": Format.NDJSON,
    "application/jsonl": Format.NDJSON,
    "application/x-jsonlines": Format.NDJSON,
    DOCUMENTS: Format.NDJSON,
    "application/json": Format.JSON,
    "text/plain": Format.TEXT,
}
_ENDINGS = {
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "tab": Format.CSV,
    "ndjson": Format.NDJSON,
    "jsonl": Format.NDJSON,
    "json": Format.JSON,
    "txt": Format.TEXT,
    "text": Format.TEXT,
}
_TABBED = ("text/tab-separated-values", "tsv", "tab")
_LIKELY, _CERTAIN = 0.5, 0.95  # shares of records that agree
_LINES = 10


def find_format(head: str, *, complete: bool, options: JobOptions, limits: FileLimits) -> Format:
    """
    The format of an input by its beginning and by what the caller said of it.

    What is called JSON and has an object a line is NDJSON; application/octet-stream and the like say nothing.
    """
    said = _TYPES.get(_type(options)) or _ENDINGS.get(_ending(options))
    start = head.lstrip(SPACE)
    if said is Format.JSON:
        return Format.NDJSON if start.startswith("{") and _objects(start) > 1 else Format.JSON
    return said or _json(start, complete=complete) or _table(head, complete, options, limits) or Format.TEXT


def delimiters_of(options: JobOptions) -> str:
    """The delimiters that a table may have by what the caller said of it."""
    tabbed = _type(options) in _TABBED or (_type(options) not in _TYPES and _ending(options) in _TABBED)
    return "\t" if tabbed else DELIMITERS


def _type(options: JobOptions) -> str:
    return (options.media_type or "").partition(";")[0].strip().lower()


def _ending(options: JobOptions) -> str:
    name = (options.filename or "").lower().removesuffix(".gz")
    return name.rpartition(".")[2]


def _json(start: str, *, complete: bool) -> Format | None:
    if start.startswith("["):
        return Format.JSON if start[1:].lstrip(SPACE).startswith(("{", '"', "]")) else None
    if start.startswith("{"):
        if _objects(start):
            return Format.NDJSON
        if complete and _is_object(start):
            return Format.JSON  # one object over many lines: who reads arrays says what is wrong with it
    return None


def _objects(start: str) -> int:
    return sum(map(_is_object, start.split("\n", _LINES)[:_LINES]))


def _is_object(text: str) -> bool:
    try:
        return isinstance(JsonReader().read(text.strip(SPACE)), dict)
    except UnreadableError:
        return False


def _table(head: str, complete: bool, options: JobOptions, limits: FileLimits) -> Format | None:  # noqa: FBT001 # of a private step
    """CSV if the first line names a text column, or if the lines agree on their cells; prose does neither."""
    if said_delimiter(head):
        return Format.CSV
    fit = find_dialect(head, complete=complete, limits=limits)
    named = (options.text_column or "").strip().casefold()
    if any(is_text_name(cell) or (named and cell.strip().casefold() == named) for cell in fit.first):
        return Format.CSV if fit.share >= _LIKELY else None
    return Format.CSV if fit.width > 1 and fit.records > 2 and fit.share >= _CERTAIN else None
