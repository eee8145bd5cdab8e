"""What a caller says of a job beside its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from aurastream.domain.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """What the caller asked for; a column of None is to be found out."""

    text_column: str | None = None
    id_column: str | None = None
    language_column: str | None = None
    language: Language | None = None
    filename: str | None = None
    media_type: str | None = None
    max_cost_usd: Decimal | None = None
    dry_run: bool = False
    escape_input: bool = False
    calibration: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
