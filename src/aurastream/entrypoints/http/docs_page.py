"""The document of the API as one page for people: no script, no request to anywhere."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

Json = dict[str, Any]

_STYLE = """
:root { --ink: #1c2330; --dim: #5b6578; --line: #dfe3ea; --paper: #fff; --soft: #f5f7fa; --accent: #2f5fd0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9f0; --dim: #9aa5b8; --line: #2c3444; --paper: #12161f; --soft: #1a2030; }
  :root { --accent: #8fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--accent); }
.page { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 78rem; margin: 0 auto; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 2rem 1rem; font-size: .875rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .2rem 0; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; }
nav a:hover, nav a:focus { color: var(--accent); }
main { padding: 2rem 1.5rem 6rem; }
h1 { margin: 0; font-size: 1.9rem; }
h2 { margin: 0 0 .25rem; font-size: 1.2rem; }
h3 { margin: 1.25rem 0 .4rem; font-size: .95rem; }
section { border-top: 1px solid var(--line); margin-top: 2.25rem; padding-top: 1.75rem; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
code { background: var(--soft); border-radius: .25rem; padding: .05rem .3rem; overflow-wrap: anywhere; }
td:first-child code { overflow-wrap: normal; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
pre { overflow-x: auto; }
pre code { background: none; padding: 0; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; }
th, td { border-top: 1px solid var(--line); }
th { font-weight: 600; color: var(--dim); border-top: 0; }
summary { cursor: pointer; color: var(--accent); }
.method { font: 700 .75rem ui-monospace, monospace; color: var(--accent); }
.method { display: inline-block; min-width: 3.5rem; }
.dim { color: var(--dim); }
@media (max-width: 60rem) {
  .page { display: block; }
  nav { position: static; height: auto; padding-bottom: 0; }
}
"""

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} API</title>
<style>{style}</style>
</head>
<body>
<div class="page">
<nav aria-label="Operations"><ul>
{index}
</ul></nav>
<main>
<h1>{title} API</h1>
<p class="dim">Version {version} · <a href="v1/openapi.json">OpenAPI document</a></p>
<p>{about}</p>
{access}
{operations}
{schemas}
</main>
</div>
</body>
</html>
"""


def content_security_policy() -> str:
    """Allows the page its one style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def docs_page(document: Json) -> str:
    """The whole page."""
    operations = list(_operations(document))
    info = document["info"]
    return _FRAME.format(
        title=escape(info["title"]),
        style=_STYLE,
        version=escape(info["version"]),
        about=_prose(f"{info['summary']} {info['description']}"),
        access=_access(document),
        index="\n".join(_index(method, path, told) for method, path, told in operations),
        operations="\n".join(_operation(method, path, told) for method, path, told in operations),
        schemas=_schemas(document["components"]["schemas"]),
    )


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield method.upper(), path, told


def _access(document: Json) -> str:
    schemes = document["components"].get("securitySchemes")
    if not schemes:
        return "<p>This server asks for no key, and answers to this machine alone.</p>"
    return f"<p>Send your key in the header {_code(next(iter(schemes.values()))['name'])}.</p>"


def _index(method: str, path: str, told: Json) -> str:
    label = f'<span class="method">{method}</span> {escape(path)}'
    return f'<li><a href="#{escape(told["operationId"])}">{label}</a></li>'


def _operation(method: str, path: str, told: Json) -> str:
    parts = [
        f'<section id="{escape(told["operationId"])}">',
        f"<h2>{escape(told['summary'])}</h2>",
        f'<p><span class="method">{method}</span> {_code(path)}</p>',
    ]
    if "description" in told:
        parts.append(f"<p>{_prose(told['description'])}</p>")
    if "parameters" in told:
        parts.append(_parameters(told["parameters"]))
    if "requestBody" in told:
        parts.append("<h3>Body</h3>" + _contents(told["requestBody"]["content"]))
    parts.append(_replies(told["responses"]))
    return "\n".join([*parts, "</section>"])


def _parameters(parameters: Iterable[Json]) -> str:
    rows = [
        (_code(one["name"]), escape(one["in"]), _kind(one["schema"]), _prose(one.get("description", "")))
        for one in parameters
    ]
    return "<h3>Parameters</h3>" + _table(("Name", "In", "Kind", ""), rows)


def _contents(content: Mapping[str, Json]) -> str:
    rows = [
        (_code(media), _kind(one["schema"]), _prose(one["schema"].get("description", "")))
        for media, one in content.items()
    ]
    return _table(("Media type", "Kind", ""), rows)


def _replies(replies: Mapping[str, Json]) -> str:
    rows = []
    for status, reply in replies.items():
        well = status < "400"
        kinds = [_kind(one["schema"]) for one in reply.get("content", {}).values()] if well else ["problem"]
        rows.append((_code(status), _prose(reply["description"]), ", ".join(dict.fromkeys(kinds))))
    return "<h3>Answers</h3>" + _table(("Status", "", "Kind"), rows)


def _schemas(schemas: Mapping[str, Json]) -> str:
    parts = ['<section id="schemas">', "<h2>Kinds</h2>"]
    for name, schema in sorted(schemas.items()):
        parts.append(f'<h3 id="kind-{escape(name)}">{escape(name)}</h3>')
        parts.append(f"<p>{_prose(schema.get('description', ''))}</p>")
        parts.append(_members(schema))
    return "\n".join([*parts, "</section>"])


def _members(schema: Json) -> str:
    if "enum" in schema:
        return "<p>" + ", ".join(_code(value) for value in schema["enum"]) + "</p>"
    required = schema.get("required", [])
    rows = [
        (
            _code(name),
            _kind(one),
            "" if name in required else "optional",
            _prose(_description(one)),
        )
        for name, one in schema.get("properties", {}).items()
    ]
    raw = escape(json.dumps(schema, indent=2, ensure_ascii=False))
    return _table(("Name", "Kind", "", ""), rows) + (
        f"<details><summary>JSON Schema</summary><pre><code>{raw}</code></pre></details>"
    )


def _description(schema: Json) -> str:
    """Its own, or where it may be null that of what else it may be."""
    alternatives = schema.get("anyOf", ())
    said = (one["description"] for one in (schema, *alternatives) if "description" in one)
    return str(next(said, ""))


def _kind(schema: Json) -> str:
    """In a few words what a value is."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#kind-{name}">{name}</a>'
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(_kind(one) for one in schema[several])
    if "enum" in schema:
        return ", ".join(_code(value) for value in schema["enum"])
    if "contentMediaType" in schema:
        return "file"
    if "const" in schema:
        return _code(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    return " ".join([escape(schema.get("type", "anything")), *_limits(schema)])


def _limits(schema: Json) -> Iterator[str]:
    for low, high, unit in (("minimum", "maximum", ""), ("minLength", "maxLength", " characters")):
        if low in schema and high in schema:
            yield f"{schema[low]:,}–{schema[high]:,}{unit}"
        elif low in schema or high in schema:
            yield f"from {schema[low]:,}{unit}" if low in schema else f"up to {schema[high]:,}{unit}"
    if "default" in schema and schema["default"] is not None:
        yield f"(default {_code(schema['default'])})"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _code(value: object) -> str:
    return f"<code>{escape(value if isinstance(value, str) else json.dumps(value))}</code>"


def _prose(text: str) -> str:
    """A text in which backquotes mark code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
