"""The input of a job: where it lies, what it turned out to be, and what it was cut into."""

from dataclasses import dataclass, replace

from aurastream.domain.keys import BlobKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The input as it lies in the blob store."""

    key: BlobKey
    etag: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDescription:
    """
    What was found out about the input; `columns` is empty where the format has none.

    `header` and `quote` are None but for CSV: whether its first record names the columns, what holds cells
    together, if anything does.
    """

    format: str
    encoding: str
    compression: str | None = None
    delimiter: str | None = None
    columns: tuple[str, ...] = ()
    text_column: str | None = None
    id_column: str | None = None
    language_column: str | None = None
    header: bool | None = None
    quote: str | None = None

    def without_names(self) -> "InputDescription":
        """The same without the caller's words."""
        return replace(self, columns=(), text_column=None, id_column=None, language_column=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What Prepare cut the input into, and what Comprehend would take for it."""

    rows: int
    chunks: int
    estimated_units: int
    input: InputDescription
