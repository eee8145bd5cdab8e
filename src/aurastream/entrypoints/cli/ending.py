"""How a command ends: exit codes that scripts may rely on."""

import click

USAGE = 2
PARTLY = 3
BAD_INPUT = 4
SERVICE = 5
MISSING = 6
INTERRUPTED = 130

BAD_FILES = frozenset(
    {
        "column_not_found",
        "duplicate_column",
        "empty_file",
        "undecodable_file",
        "file_too_large",
        "too_many_rows",
        "budget_exceeded",
        "calibration_not_found",
        "rows_failed",
    }
)
"""Job errors that the caller's input is to blame for."""


class EndedError(click.ClickException):
    """A sentence for stderr that says what to do, and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click's own way to say it

    def show(self, file: object = None) -> None:  # noqa: ARG002 # click's own signature
        click.echo(f"aurastream: {self.message}", err=True)


def refused(status: int, code: str, detail: str) -> EndedError:
    """What the server's refusal means for a command."""
    if status == 404:
        return EndedError(f"{detail}; `aurastream jobs` lists the jobs there are", MISSING)
    if status == 401:
        return EndedError(
            "the server does not know this key; pass --api-key or set AURASTREAM_API_KEY", USAGE
        )
    return EndedError(f"{detail} ({code})", SERVICE if status >= 500 or status == 429 else BAD_INPUT)


def code_of(status: str, error: str | None) -> int:
    """What the end of a job means for a command."""
    if status == "SUCCEEDED":
        return 0
    if status == "FAILED":
        return BAD_INPUT if error in BAD_FILES else SERVICE
    return PARTLY
