"""Options that more than one command has."""

import click

from aurastream.domain.files.languages import language_of
from aurastream.domain.language import Language


def language_option(_context: click.Context, _option: click.Parameter, value: str | None) -> Language | None:
    """A code such as `en` or `en-GB`; None where it is to be found out."""
    if value in (None, "auto"):
        return None
    code = language_of(value or "")
    if code is None:
        raise click.BadParameter("a language is a code such as en, de or zh-TW")
    return code
