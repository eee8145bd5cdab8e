"""Plain text: every line is a row, an empty one too."""

from collections.abc import Iterable, Iterator
from itertools import chain

from aurastream.domain.document import size_of
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.lines import Line, bare
from aurastream.domain.files.rows import MARK, LongText, Row, failed_row
from aurastream.domain.job_options import JobOptions
from aurastream.domain.language import LanguageSource
from aurastream.domain.outcome import FailureCode


def text_rows(batches: Iterable[list[Line]], options: JobOptions, limits: FileLimits) -> Iterator[Row]:
    """A row for every line."""
    source = LanguageSource.CALLER if options.language else None
    for number, line in enumerate(chain.from_iterable(batches), 1):
        if isinstance(line, LongText):
            yield failed_row(number, number, FailureCode.FIELD_TOO_LARGE, line)
            continue
        text = bare(line)
        if not text.isascii() and MARK in text:
            yield failed_row(number, number, FailureCode.MALFORMED_ROW, text)
        elif size_of(text) > limits.max_field_bytes:
            yield failed_row(number, number, FailureCode.FIELD_TOO_LARGE, text)
        else:
            yield Row(
                number=number,
                line=number,
                text=text,
                id=str(number),
                language=options.language,
                source=source,
                record=text,
            )
