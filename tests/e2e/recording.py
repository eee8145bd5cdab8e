"""
Start MiniStack and write down every decision of its IAM; runs in MiniStack's own environment.

A line a decision: who asked to do what on which resource, what was decided, and by which statement; and one
for each key that somebody came with, by which Comprehend's calls are told apart.
"""

import json
import os
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator  # type: ignore[import-not-found] # in its own environment
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


def know_gateway_responses() -> None:
    """MiniStack 1.5.33 answers with them where they were put, and passes them over in an API's body."""
    read = apigateway_v1._import_rest_api

    def reading(spec: dict[str, Any], *more: Any) -> str:
        api_id: str = read(spec, *more)
        for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            status, *_ = apigateway_v1._put_gateway_response(api_id, kind, response)
            assert status == 201, kind
        return api_id

    apigateway_v1._import_rest_api = reading


def name_api_keys() -> None:
    """MiniStack 1.5.33 checks a key and then does not say whose it was; API Gateway tells its id."""
    build = apigateway_v1._build_lambda_event_v1

    def building(*given: Any, **named: Any) -> Any:
        event = build(*given, **named)
        key = apigateway_v1._resolve_api_key(apigateway_v1._api_key_from_request(event["headers"]))
        if key is not None:
            event["requestContext"]["identity"] |= {"apiKey": key["value"], "apiKeyId": key["id"]}
        return event

    apigateway_v1._build_lambda_event_v1 = building


def write_down_decisions(at: Path) -> None:
    """A request may be measured by several policies; the first are the caller's own, the last word counts."""
    record = at.open("a", buffering=1)
    decide, resolve, enforce = iam_evaluator.evaluate, iam_evaluator.resolve_principal, iam_evaluator.enforce
    measured: ContextVar[list[Any] | None] = ContextVar("measured", default=None)
    keys: set[str] = set()

    def measuring(context: Any, policies: Any, *limits: Any) -> Any:
        result = decide(context, policies, *limits)
        if (seen := measured.get()) is not None:
            seen.append((context, result))
        return result

    def resolving(key: str, *more: Any) -> Any:
        principal = resolve(key, *more)
        if key not in keys and hasattr(principal, "arn"):
            keys.add(key)
            record.write(json.dumps({"key": key, "who": principal.arn}) + "\n")
        return principal

    def enforcing(*given: Any, **named: Any) -> Any:
        token = measured.set([])
        try:
            refused = enforce(*given, **named)
            for context, own in (measured.get() or [])[:1]:
                line = {
                    "who": context.principal_arn,
                    "action": context.action,
                    "resource": context.resource_arn,
                    "decision": "Allow" if refused is None else "Deny",
                    "statement": own.matched_sid,
                }
                record.write(json.dumps(line) + "\n")
            return refused
        finally:
            measured.reset(token)

    iam_evaluator.evaluate = measuring
    iam_evaluator.resolve_principal = resolving
    iam_evaluator.enforce = enforcing


def main() -> None:
    """Serve until ended."""
    know_any_method()
    know_gateway_responses()
    name_api_keys()
    write_down_decisions(Path(os.environ.pop("DECISIONS")))
    # Not before: it takes what it needs of these modules by name.
    from ministack import app  # type: ignore[import-not-found] # the same

    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
