"""The document of the API says what there is, and the page shows it."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31
from starlette.routing import Route

from tests.integration.http.service import Bench, Client


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    whole: dict[str, Any] = client("GET", "/v1/openapi.json").json()
    return whole


def test_it_is_openapi(document: dict[str, Any]) -> None:
    jsonschema_rs.validator_for(OPENAPI_31).validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == "9.9.9"


def schemas_of(part: Any) -> list[Any]:
    if isinstance(part, list):
        return [found for one in part for found in schemas_of(one)]
    if not isinstance(part, dict):
        return []
    here = [part["schema"]] if isinstance(part.get("schema"), dict) else []
    return here + [found for one in part.values() for found in schemas_of(one)]


def test_all_its_schemas_are_schemas(document: dict[str, Any]) -> None:
    for schema in [*schemas_of(document["paths"]), *document["components"]["schemas"].values()]:
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_all_that_it_refers_to_is_there_and_used(document: dict[str, Any]) -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert used == set(document["components"]["schemas"])


def test_every_route_is_in_it_and_nothing_else(bench: Bench, document: dict[str, Any]) -> None:
    routes = {
        (route.path, method)
        for route in bench.app().routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert told == routes


def test_every_link_leads_to_an_operation_on_a_job(document: dict[str, Any]) -> None:
    operations = {
        told["operationId"]: path for path, methods in document["paths"].items() for told in methods.values()
    }
    leading: dict[str, set[str]] = {}
    for methods in document["paths"].values():
        for told in methods.values():
            for reply in told["responses"].values():
                for link in reply.get("links", {}).values():
                    assert "{job_id}" in operations[link["operationId"]]
                    assert link["parameters"] == {"job_id": "$response.body#/job_id"}
                    leading.setdefault(told["operationId"], set()).add(link["operationId"])
    assert set(leading) == {"analyzeSentiment", "createJob", "retryJob", "getJob"}
    followed = {name for name, path in operations.items() if "{job_id}" in path}
    assert all(followed <= names | {"getJob", "getExport"} for names in leading.values())
    assert "getExport" in leading["getJob"]


def test_every_parameter_says_what_it_is_for(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for told in methods.values():
            said = {one["name"]: one.get("description") for one in told.get("parameters", [])}
            said.pop("job_id", None)
            said.pop("limit", None)
            assert all(said.values()), told["operationId"]


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [told["operationId"] for methods in document["paths"].values() for told in methods.values()]
    assert len(names) == len(set(names))


def test_every_object_that_is_answered_is_told_to_the_last_field(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, name


def test_every_post_but_the_form_takes_a_key_and_tells_of_replays(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            names = {parameter["name"] for parameter in told.get("parameters", [])}
            assert ("Idempotency-Key" in names) == (method == "post" and path != "/v1/uploads")
            for parameter in told.get("parameters", []):
                assert parameter["in"] != "path" or "{" + parameter["name"] + "}" in path


def test_what_needs_a_key_says_so(bench: Bench, document: dict[str, Any]) -> None:
    assert document["security"] == [{"ApiKey": []}]
    assert document["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"
    free = {
        path
        for path, methods in document["paths"].items()
        for told in methods.values()
        if told.get("security") == []
    }
    assert free == {"/v1/health", "/v1/openapi.json", "/docs", "/v1/uploads"}
    assert all(
        ("401" in told["responses"]) == (path not in free)
        for path, methods in document["paths"].items()
        for told in methods.values()
    )


def test_without_keys_it_asks_for_none() -> None:
    document = Bench(secured=False).client()("GET", "/v1/openapi.json").json()
    assert "security" not in document
    assert "securitySchemes" not in document["components"]


class Outline(HTMLParser):
    """What a page consists of; fails where its elements do not nest."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.style = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data


@pytest.fixture
def outline(client: Client) -> Outline:
    outline = Outline()
    outline.feed(client("GET", "/docs").text)
    outline.close()
    assert outline.open == []
    return outline


def test_the_page_shows_every_operation_and_every_kind(document: dict[str, Any], outline: Outline) -> None:
    ids = {value for name, value in outline.attributes if name == "id"}
    operations = {told["operationId"] for methods in document["paths"].values() for told in methods.values()}
    kinds = {f"kind-{name}" for name in document["components"]["schemas"]}
    assert operations | kinds <= ids
    assert {
        value[1:] for name, value in outline.attributes if name == "href" and value and value[0] == "#"
    } <= ids


def test_the_page_asks_nobody_for_anything(client: Client, outline: Outline) -> None:
    assert not {"script", "link", "img", "iframe", "form", "object", "base"} & set(outline.tags)
    assert not [name for name, _ in outline.attributes if name.startswith("on") or name in ("src", "style")]
    links = [value for name, value in outline.attributes if name == "href" and value and value[0] != "#"]
    assert links == ["v1/openapi.json"]
    answer = client("GET", "/docs")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    digest = base64.b64encode(hashlib.sha256(outline.style.encode()).digest()).decode()
    assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert "url(" not in outline.style
    assert "@import" not in outline.style
