"""Options that more than one command has."""

import os
import re
from pathlib import Path

import click

from aurastream.domain.files.languages import language_of
from aurastream.domain.keys import Tenant, parse_tenant
from aurastream.domain.language import Language
from aurastream.domain.versions import NAME


def language_option(_context: click.Context, _option: click.Parameter, value: str | None) -> Language | None:
    """A code such as `en` or `en-GB`; None where it is to be found out."""
    if value in (None, "auto"):
        return None
    code = language_of(value or "")
    if code is None:
        raise click.BadParameter("a language is a code such as en, de or zh-TW")
    return code


def output_option(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
    """A file to be written; where that cannot be, it is better said before any work is done for it."""
    if value is not None:
        if value == Path("-"):
            raise click.BadParameter("name a file; `aurastream export JOB_ID` writes to stdout")
        if not value.parent.is_dir():
            raise click.BadParameter(f"there is no directory {value.parent}")
        if not os.access(value.parent, os.W_OK | os.X_OK):
            raise click.BadParameter(f"nothing can be written into the directory {value.parent}")
    return value


def name_option(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """What a user calls a policy or a calibration of theirs."""
    if not re.fullmatch(NAME, value):
        raise click.BadParameter("a name is 1 to 40 of a-z, 0-9 and -")
    return value


def tenant_option(_context: click.Context, _option: click.Parameter, value: str) -> Tenant:
    """A tenant by its name."""
    try:
        return parse_tenant(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
