"""What operators read is true of the stack as it is."""

import re
from pathlib import Path
from typing import Any

import pytest

from aurastream.domain.pricing import TIERS, cost_of, units_of
from tests.infra.environments import ROOT
from tests.infra.resolving import resolved
from tests.infra.rules import functions, of_type

OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVICES = {
    "AWS::ApiGateway": "API Gateway",
    "AWS::CloudWatch": "CloudWatch",
    "AWS::DynamoDB": "DynamoDB",
    "AWS::Events": "EventBridge",
    "AWS::Lambda": "Lambda",
    "AWS::Logs": "CloudWatch",
    "AWS::S3": "S3",
    "AWS::SNS": "SNS",
    "AWS::SQS": "SQS",
    "AWS::StepFunctions": "Step Functions",
}
RULES_ALONE = {"AWS::IAM"}
"""They are in no picture: they say who may do what."""


def diagram_in(name: str) -> str:
    """The picture of the two paths."""
    blocks: list[str] = re.findall(
        r"```mermaid\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL
    )
    [found] = [block for block in blocks if "API Gateway" in block]
    return found


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
def test_the_picture_names_every_service_and_every_function(
    document: str, translated: dict[str, Any]
) -> None:
    picture, resources = (
        diagram_in(document),
        resolved(translated, {"Auth": "API_KEY", "AlarmEmail": "a@b.example"}),
    )
    kinds = {"::".join(resource["Type"].split("::")[:2]) for resource in resources.values()} - RULES_ALONE

    assert [SERVICES[kind] for kind in kinds if SERVICES[kind] not in picture] == []
    assert "Comprehend" in picture
    assert "X-Ray" in picture
    for function in functions(resources).values():
        module = function["Handler"].split(".")[-2]
        assert f"Lambda {module}" in picture


@pytest.mark.parametrize(
    "subject",
    [
        *(
            "Quotas of Comprehend",
            "## What the alarms say",
            "## Redrive",
            "## Rotate a key",
            "## What it costs",
        ),
        *("## Retention and erasure", "## Opt out of AI data use", "## What only an account can prove"),
    ],
)
def test_the_subject_is_there(subject: str) -> None:
    assert subject in OPERATE


def test_every_alarm_is_explained_and_no_other(translated: dict[str, Any]) -> None:
    alarms = {
        alarm["AlarmName"].removeprefix("aurastream-dev-")
        for _, alarm in of_type(resolved(translated), "AWS::CloudWatch::Alarm")
    }
    table = OPERATE.partition("## What the alarms say")[2].partition("\n## ")[0]
    explained = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", row)
    }

    assert explained == alarms


def test_what_it_names_is_in_the_template(translated: dict[str, Any]) -> None:
    given = set(re.findall(r"\b([A-Z][a-z][A-Za-z]+)=", OPERATE)) - {"Support"}  # a role's name
    outputs = {"UsagePlanId", "FirstApiKeyId", "AlarmTopic", "Dashboard"}

    assert given <= set(translated["Parameters"])
    assert outputs <= set(translated["Outputs"])
    assert all(f"`{name}`" in OPERATE for name in outputs)


def test_the_costs_are_those_of_the_pricing_code() -> None:
    million = 1_000_000 * units_of(300)

    for part, units in (
        ("Comprehend: 3 million units in the first tier", million),
        ("the same with a cascade that answers half of them itself", million // 2),
        ("the same with `Engine=embedded`", 0),
    ):
        assert f"| {part} | {cost_of(units):.2f} |" in OPERATE


def test_the_price_table_of_the_readme_is_that_of_the_pricing_code() -> None:
    million, begin = 1_000_000 * units_of(300), 0
    rows = []
    for end, price in TIERS:
        tier = "above" if end is None else f"up to {end // 1_000_000} million"
        rows.append(f"| {tier} | {price:f} | {cost_of(million, already=begin):.2f} |")
        begin = end or begin

    assert "\n".join(rows) in README


def test_no_document_names_a_file_that_is_not_there() -> None:
    named = re.findall(r"`((?:infra|docs|tests)/[\w./-]+)`", OPERATE)

    assert named
    assert [name for name in named if not Path(ROOT / name).exists()] == []
