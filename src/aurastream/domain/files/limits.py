"""How much of a file is read at all."""

from dataclasses import dataclass

MAX_COLUMNS, MAX_HEADER_BYTES = 2_000, 100_000
"""Columns of a table, and bytes of all their names in UTF-8: the job keeps them for as long as it is kept."""
MAX_FIELD_BYTES = 2_000_000
"""Of one record, in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """
    `max_bytes` counts after decompression; a record has at most `max_field_bytes` in `max_record_lines`.

    What is longer fails as one row, and the file goes on behind it.
    """

    max_bytes: int
    max_rows: int
    max_field_bytes: int = MAX_FIELD_BYTES
    max_record_lines: int = 1_000

    @property
    def held(self) -> int:
        """Characters of one record kept in memory: enough for a row that is too large to keep its cells."""
        return 2 * self.max_field_bytes
