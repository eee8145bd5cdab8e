"""
How a caller behaves who keeps to the rules that no schema can say; Schemathesis loads it as its hooks.

Only requests that are meant to be right are mended: a cursor, a column and a key are right only where they
came from, and parameters go with files alone.
"""

from itertools import count
from typing import Any

import schemathesis

from aurastream.domain.document import is_blank

_numbers = count(1)


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]
) -> None:
    """Mend a request that the document allows and the service would rightly refuse."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key {next(_numbers)}"
    for name in ("cursor", "group_by"):
        case.query.pop(name, None)
    if case.path == "/v1/sentiment" and isinstance(case.body, dict):
        case.query.clear()
        if is_blank(str(case.body.get("text", "seen"))):
            case.body["text"] = "seen"
