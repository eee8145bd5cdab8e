"""The header by which a browser saves a download under its name."""

from urllib.parse import quote

MAX_CHARACTERS = 120
_UNNAMED = "export"
_FORBIDDEN = frozenset('<>:"/\\|?*%;')


def attachment(filename: str) -> str:
    """
    A Content-Disposition in ASCII for a name that a caller chose.

    Old browsers read `filename`, all others `filename*` (RFC 6266); neither can hold a path, a quote or an
    end of line.
    """
    kept = "".join(c for c in filename if c.isprintable() and c not in _FORBIDDEN).strip(" .")
    name = kept[:MAX_CHARACTERS].strip(" .") or _UNNAMED
    plain = "".join(c if c.isascii() else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
