"""The header by which a browser saves a download under its name."""

from urllib.parse import quote

MAX_CHARACTERS = 120
_UNNAMED = "export"
_FORBIDDEN = frozenset('<>:"/\\|?*%;')


def attachment(filename: str) -> str:
    """
    A Content-Disposition in ASCII for a name that a caller chose.

    Where the name is not ASCII, old browsers read `filename` and all others `filename*` (RFC 6266). Neither
    can hold a path, a quote or an end of line.
    """
    kept = "".join(c for c in filename if c.isprintable() and c not in _FORBIDDEN).strip(" .")
    name = kept[:MAX_CHARACTERS].strip(" .") or _UNNAMED
    plain = "".join(c if c.isascii() else "_" for c in name)
    told = f'attachment; filename="{plain}"'
    return told if name.isascii() else f"{told}; filename*=UTF-8''{quote(name, safe='')}"
