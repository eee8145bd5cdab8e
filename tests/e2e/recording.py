"""
Start MiniStack and write down every decision of its IAM; runs in MiniStack's own environment.

A line a decision: who asked to do what on which resource, what was decided, and by which statement; and one
for each key that somebody came with, by which Comprehend's calls are told apart.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found] # in its own environment
from ministack.core import iam_evaluator  # type: ignore[import-not-found] # the same
from ministack.services import apigateway_v1  # type: ignore[import-not-found] # the same

ANY_METHOD = "x-amazon-apigateway-any-method"


def know_any_method() -> None:
    """MiniStack 1.5.33 drops such a method when it reads an API's body; by another name it takes it."""
    read = apigateway_v1._import_path_item

    def reading(api_id: str, path: str, item: dict[str, Any], *more: Any) -> None:
        named = {("any" if method == ANY_METHOD else method): operation for method, operation in item.items()}
        read(api_id, path, named, *more)

    apigateway_v1._OPENAPI_HTTP_METHODS |= {"any"}
    apigateway_v1._import_path_item = reading


def main() -> None:
    """Serve until ended."""
    record = Path(os.environ.pop("DECISIONS")).open("a", buffering=1)  # noqa: SIM115 # open as long as we serve
    know_any_method()
    decide, resolve = iam_evaluator.evaluate, iam_evaluator.resolve_principal
    keys: set[str] = set()

    def recorded(context: Any, policies: Any, *limits: Any) -> Any:
        result = decide(context, policies, *limits)
        line = {
            "who": context.principal_arn,
            "action": context.action,
            "resource": context.resource_arn,
            "decision": result.decision,
            "statement": result.matched_sid,
        }
        record.write(json.dumps(line) + "\n")
        return result

    def resolved(key: str, *more: Any) -> Any:
        principal = resolve(key, *more)
        if key not in keys and hasattr(principal, "arn"):
            keys.add(key)
            record.write(json.dumps({"key": key, "who": principal.arn}) + "\n")
        return principal

    iam_evaluator.evaluate, iam_evaluator.resolve_principal = recorded, resolved
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
