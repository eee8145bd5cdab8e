"""The caller's file given back, with what became of each row beside it."""

import re
from collections.abc import Iterable, Iterator

from aurastream.domain.files.csv_export import csv_lines
from aurastream.domain.files.formats import Format
from aurastream.domain.files.ndjson_export import ndjson_lines
from aurastream.domain.files.reader import Reading
from aurastream.domain.files.rows import Row
from aurastream.domain.job_input import InputDescription
from aurastream.domain.outcome import Outcome

_TABS = "\t"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')
_MAX_STEM = 100


def export_lines(
    reading: Reading, pairs: Iterable[tuple[Row, Outcome]], *, escape_input: bool
) -> Iterator[bytes]:
    """
    The export in parts of some 64 KiB, from the rows of `reading` and the outcome of each.

    CSV stays CSV with its delimiter; text becomes CSV with a column `text`; NDJSON and JSON become NDJSON.
    `escape_input` makes the caller's own cells harmless for spreadsheets too; ours always are.
    """
    if _is_json(reading.found):
        return ndjson_lines(pairs)
    return csv_lines(reading, pairs, escape_input=escape_input)


def export_media_type(description: InputDescription) -> str:
    """The content type of an export."""
    if _is_json(description):
        return "application/x-ndjson"
    kind = "tab-separated-values" if description.delimiter == _TABS else "csv"
    return f"text/{kind}; charset=utf-8"


def export_filename(filename: str | None, description: InputDescription) -> str:
    """A name to save an export under: `reviews.csv.gz` gives `reviews-sentiment.csv`."""
    ending = "ndjson" if _is_json(description) else "tsv" if description.delimiter == _TABS else "csv"
    name = re.split(r"[/\\]", filename or "")[-1]
    stem = _UNSAFE.sub("_", re.sub(r"(\.[a-z]{2,6})?(\.gz)?$", "", name, flags=re.IGNORECASE))[:_MAX_STEM]
    return f"{stem.strip('. ') or 'export'}-sentiment.{ending}"


def _is_json(description: InputDescription) -> bool:
    return description.format in (Format.NDJSON, Format.JSON)
