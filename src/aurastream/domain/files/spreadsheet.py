"""Cells that a spreadsheet would run, made harmless, and back again."""

import re

_MARK = "'"
# White space, marks that show nothing and quotes may stand before a formula's first character.
_RUNS = re.compile("[\\s\ufeff\u200b-\u200f\u2060\"'\u2018\u2019\u201c\u201d]*[=+\\-@\t\r\n\0＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def escape(cell: str) -> str:
    """The cell, with a quote before it if a spreadsheet might run it; a plain number such as -5 is let be."""
    return _MARK + cell if _may_run(cell) else cell


def unescape(cell: str) -> str:
    """What was escaped: `unescape(escape(cell)) == cell` for every cell."""
    return cell[1:] if cell.startswith(_MARK) and _may_run(cell[1:]) else cell


def _may_run(cell: str) -> bool:
    return not cell[:1].isalnum() and bool(_RUNS.match(cell)) and not _NUMBER.fullmatch(cell)
