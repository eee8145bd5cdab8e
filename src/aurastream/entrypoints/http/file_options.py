"""How a caller wants a file to be read and scored: the same words in a query and in a body."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from aurastream.domain.job_options import JobOptions
from aurastream.domain.versions import REFERENCE
from aurastream.entrypoints.http.fields import Column, LanguageCode, language_or_none

TextColumn = Annotated[Column, Field(description="The column to score; found by its name if absent.")]
IdColumn = Annotated[
    Column, Field(description="A column of the caller's ids; without one rows go by number.")
]
LanguageColumn = Annotated[Column, Field(description="A column of language codes.")]
CalibrationName = Annotated[
    str,
    Field(
        pattern=f"^{REFERENCE}$",
        description="A calibration of your own for the embedded engine, as `aurastream calibrate` names it.",
    ),
]
Filename = Annotated[
    str,
    Field(min_length=1, max_length=255, description="Names the export, and the format if nothing else does."),
]
Dollars = Annotated[
    float,
    Field(
        ge=0,
        le=1_000_000_000,
        allow_inf_nan=False,
        description="Refuse the file before the first paid call if it would cost more.",
    ),
]
DryRun = Annotated[bool, Field(description="Read the file and say what it would cost; score nothing.")]
EscapeInput = Annotated[
    bool, Field(description="Also neutralise formulas in the caller's own cells of the export.")
]


class FileOptions(BaseModel):
    """What a query and a body have in common; how strictly it is read is theirs to say."""

    text_column: TextColumn | None = None
    id_column: IdColumn | None = None
    language_column: LanguageColumn | None = None
    language: LanguageCode | None = None
    filename: Filename | None = None
    max_cost_usd: Dollars | None = None
    dry_run: DryRun = False
    escape_input: EscapeInput = False
    calibration: CalibrationName | None = None

    def options(self) -> JobOptions:
        """The same as a job keeps it."""
        return JobOptions(
            text_column=self.text_column,
            id_column=self.id_column,
            language_column=self.language_column,
            language=language_or_none(self.language),
            filename=self.filename,
            max_cost_usd=_exact(self.max_cost_usd),
            dry_run=self.dry_run,
            escape_input=self.escape_input,
            calibration=self.calibration,
        )


def _exact(dollars: float | None) -> Decimal | None:
    """The amount as it was written, of what JSON has as a float."""
    return None if dollars is None else Decimal(str(dollars))
