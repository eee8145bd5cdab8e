"""The document of the API (OpenAPI 3.1), made from the operations that the routes are made of."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from aurastream.domain.errors import (
    AuraStreamError,
    RequestMismatchError,
    RequestRunningError,
    UnavailableError,
)
from aurastream.entrypoints.http.authentication import KEY_HEADER
from aurastream.entrypoints.http.idempotency import HEADER as IDEMPOTENCY_KEY
from aurastream.entrypoints.http.idempotency import REPLAYED
from aurastream.entrypoints.http.operations import Operation, Reply
from aurastream.entrypoints.http.problems import KINDS, MEDIA_TYPE, ProblemView, kind_of_class
from aurastream.entrypoints.http.refusals import (
    CrossOriginError,
    InvalidIdempotencyKeyError,
    MisdirectedError,
    UnauthenticatedError,
)

Json = dict[str, Any]

_REFS = "#/components/schemas/{model}"
_SUFFIX = re.compile(r"(View|Body)$")
_KEY = "ApiKey"
_INTERNAL = "internal"
_RATE_LIMITED = "rate_limited"
"""What API Gateway answers before the service is asked."""

_HEADERS: Mapping[str, Json] = {
    "Location": {"description": "Where it is.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "Seconds after which to ask again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "ETag": {"description": "Changes with the job.", "schema": {"type": "string"}},
    "Link": {"description": 'The next page, rel="next".', "schema": {"type": "string"}},
    "Content-Disposition": {"description": "A name to save it under.", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "Names the request to an operator.", "schema": {"type": "string"}},
    REPLAYED: {"description": "The answer was given before.", "schema": {"const": "true"}},
}
_JOB_ID = {
    "name": "job_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^job_[0-9A-HJKMNP-TV-Z]{26}$"},
}
_IDEMPOTENCY_KEY = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "description": "Sent again with the same key within 24 hours, a request is done once and answered alike.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
}


def document(operations: Iterable[Operation], *, version: str, secured: bool) -> Json:
    """The whole document; `secured` where callers need a key."""
    listed = list(operations)
    schemas = _Schemas(listed)
    paths: dict[str, Json] = defaultdict(dict)
    names = {operation.name for operation in listed}
    for operation in listed:
        paths[operation.path][operation.method.lower()] = _operation(operation, schemas, names, secured)
    definitions = {_SUFFIX.sub("", name): schema for name, schema in schemas.definitions.items()}
    components: Json = {"schemas": _plain(definitions)}
    whole: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "AuraStream",
            "version": version,
            "summary": "How customers feel, live and in bulk.",
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": _plain(dict(paths)),
        "components": components,
    }
    if secured:
        components["securitySchemes"] = {_KEY: {"type": "apiKey", "in": "header", "name": KEY_HEADER}}
        whole["security"] = [{_KEY: []}]
    return whole


def _plain(part: Any) -> Any:
    """Without titles that only repeat a name, and with names that say nothing of our modules."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _plain(one) for name, one in part.items() if name != "title" or isinstance(one, dict)}
    if isinstance(reference := kept.get("$ref"), str):
        kept["$ref"] = _SUFFIX.sub("", reference)
    return kept


_ABOUT = (
    "Refusals are problem documents (RFC 9457): act on `code`, and on `retryable`. Sizes are UTF-8 bytes. "
    "Every answer names its request in `X-Request-Id`. Unknown fields and parameters are refused."
)


class _Schemas:
    """The JSON schemas of all types that the operations speak of, with shared definitions."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._adapters: dict[int, TypeAdapter[Any]] = {}
        inputs: list[tuple[int, JsonSchemaMode, TypeAdapter[Any]]] = []
        for operation in operations:
            inputs += [(id(one), "validation", self._adapter(one)) for one in _types(operation.bodies or {})]
            for reply in operation.replies:
                inputs += [(id(one), "serialization", self._adapter(one)) for one in _types(reply.content)]
        inputs.append((id(ProblemView), "serialization", self._adapter(ProblemView)))
        self._schemas, shared = TypeAdapter.json_schemas(inputs, ref_template=_REFS)
        self.definitions: Json = dict(shared.get("$defs", {}))

    def body(self, kind: object) -> Json:
        """The schema of something that is sent."""
        return kind if isinstance(kind, dict) else self._schemas[id(kind), "validation"]

    def reply(self, kind: object) -> Json:
        """The schema of something that is answered."""
        return kind if isinstance(kind, dict) else self._schemas[id(kind), "serialization"]

    def query(self, model: type[BaseModel]) -> dict[str, Json]:
        """The schema of each parameter; one that is left out is not null, it is not there."""
        schema = model.model_json_schema(ref_template=_REFS)
        self.definitions.update(schema.get("$defs", {}))
        return {name: _present(one) for name, one in schema.get("properties", {}).items()}

    def _adapter(self, kind: Any) -> TypeAdapter[Any]:
        adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
        return self._adapters.setdefault(id(kind), adapter)


def _types(content: Mapping[str, object]) -> list[object]:
    return [kind for kind in content.values() if not isinstance(kind, dict)]


def _present(schema: Json) -> Json:
    some = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default", "title")}
    if "default" in schema and schema["default"] is not None:
        kept["default"] = schema["default"]
    return {**some[0], **kept} if len(some) == 1 else kept


def _operation(operation: Operation, schemas: _Schemas, names: set[str], secured: bool) -> Json:  # noqa: FBT001
    told: Json = {"operationId": operation.name, "summary": operation.summary}
    if operation.description:
        told["description"] = operation.description
    if parameters := _parameters(operation, schemas):
        told["parameters"] = parameters
    if operation.bodies:
        content = {media: {"schema": schemas.body(kind)} for media, kind in operation.bodies.items()}
        told["requestBody"] = {"required": True, "content": content}
    told["responses"] = {
        **{str(reply.status): _reply(reply, operation, schemas, names) for reply in operation.replies},
        **{str(status): _problem(codes, status) for status, codes in sorted(_problems(operation).items())},
    }
    if secured and operation.open:
        told["security"] = []
    return told


def _parameters(operation: Operation, schemas: _Schemas) -> list[Json]:
    parameters: list[Json] = [_JOB_ID] if "{job_id}" in operation.path else []
    if operation.query is not None:
        for name, schema in schemas.query(operation.query).items():
            described = {"description": schema.pop("description")} if "description" in schema else {}
            parameters.append({"name": name, "in": "query", **described, "schema": schema})
    return [*parameters, _IDEMPOTENCY_KEY] if operation.keyed else parameters


def _reply(reply: Reply, operation: Operation, schemas: _Schemas, names: set[str]) -> Json:
    headers = ["X-Request-Id", *reply.headers, *([REPLAYED] if operation.keyed else [])]
    told: Json = {
        "description": reply.description,
        "headers": {name: _HEADERS[name] for name in headers},
    }
    if reply.content:
        told["content"] = {media: {"schema": schemas.reply(kind)} for media, kind in reply.content.items()}
    if reply.leads_to:
        told["links"] = {
            name: {"operationId": name, "parameters": {"job_id": "$response.body#/job_id"}}
            for name in reply.leads_to
            if name in names
        }
    return told


def _problems(operation: Operation) -> dict[int, list[str]]:
    """The codes of an operation's refusals by their status."""
    kinds: set[type[AuraStreamError]] = {
        *operation.raises,
        UnavailableError,
        MisdirectedError,
        CrossOriginError,
    }
    if not operation.open:
        kinds.add(UnauthenticatedError)
    if operation.keyed:
        kinds |= {InvalidIdempotencyKeyError, RequestRunningError, RequestMismatchError}
    codes: dict[int, set[str]] = defaultdict(set, {500: {_INTERNAL}, 429: {_RATE_LIMITED}})
    for kind in kinds:
        codes[kind_of_class(kind).status].add(kind.code)
    return {status: sorted(some) for status, some in codes.items()}


def _problem(codes: Sequence[str], status: int) -> Json:
    narrowed = {
        "allOf": [
            {"$ref": _REFS.format(model=ProblemView.__name__)},
            {"properties": {"code": {"enum": list(codes)}, "status": {"const": status}}},
        ]
    }
    headers = ["X-Request-Id", *(["Retry-After"] if status in _RETRIED else [])]
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "headers": {name: _HEADERS[name] for name in headers},
        "content": {MEDIA_TYPE: {"schema": narrowed}},
    }


_RETRIED = frozenset(kind.status for kind in KINDS.values() if kind.retry_after is not None)
