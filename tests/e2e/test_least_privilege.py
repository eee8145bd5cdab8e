"""
No role allows more than its function does.

Every scenario ran with the roles enforced, and every decision was written down: nothing was denied, and each
action on each resource that a role names was asked for. What the stand-in does not ask its IAM for is told
below, by statement, with who it is that asks in AWS.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.e2e.conftest import Stack
from tests.infra.rules import as_list

pytestmark = [pytest.mark.slow, pytest.mark.reads_the_record]

ROLES = (
    "Sentiment",
    "Jobs",
    "StartJob",
    "PrepareJob",
    "ProcessChunk",
    "FinishJob",
    "RetryDocument",
    "SettleOverdue",
)
ASKED_BY_AWS = {
    "Log": "the runtime writes the log",
    "Trace": "the runtime sends the traces",
    "RestFailedEvents": "Lambda itself sends what failed to its destination",
    "TakePromises": "the event source mapping receives and deletes",
    "TellMissingFromForbidden": "S3 asks, before it says that an object is not there",
}
ASKED_OF_COMPREHEND = "Score"
RARE = {
    # Giving up a broken upload of more than 8 MiB: a fault that no scenario makes.
    "s3:AbortMultipartUpload",
}


@pytest.fixture(scope="module")
def decisions(stack: Stack) -> list[dict[str, str]]:
    found = stack.account.decided()
    assert len(found) > 1_000, "run all of tests/e2e: the record of the other scenarios is what is read here"
    return found


def by_role(decisions: list[dict[str, str]], stack: Stack, role: str) -> list[dict[str, str]]:
    """What was decided for a role of the stack."""
    name = f":assumed-role/{stack.physical(f'{role}Role')}/"
    return [line for line in decisions if name in line["who"] and "action" in line]


def statements_of(stack: Stack, role: str) -> list[dict[str, Any]]:
    """The role's statements as they were deployed."""
    policy = stack.client("iam").get_role_policy(RoleName=stack.physical(f"{role}Role"), PolicyName=role)
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


def grants(statements: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Sid, action and resource pattern, one by one."""
    for statement in statements:
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                yield statement["Sid"], action, resource


def allows(statement: dict[str, Any], line: dict[str, str]) -> bool:
    """Whether a statement allows what was asked for."""
    return line["action"] in as_list(statement["Action"]) and any(
        fnmatchcase(line["resource"], resource) for resource in as_list(statement["Resource"])
    )


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_a_function_asks_for_is_denied(
    decisions: list[dict[str, str]], stack: Stack, role: str
) -> None:
    # One scenario takes start_job's rights away.
    denied = [line for line in by_role(decisions, stack, role) if line["decision"] != "Allow"]

    assert role == "StartJob" or denied == []


@pytest.mark.parametrize("role", ROLES)
def test_everything_that_a_role_allows_is_asked_for(
    decisions: list[dict[str, str]], stack: Stack, role: str
) -> None:
    asked = by_role(decisions, stack, role)
    unused = [
        (sid, action, resource)
        for sid, action, resource in grants(statements_of(stack, role))
        if sid not in (*ASKED_BY_AWS, ASKED_OF_COMPREHEND)
        and action not in RARE
        and not any(line["action"] == action and fnmatchcase(line["resource"], resource) for line in asked)
    ]

    assert unused == []


@pytest.mark.parametrize("role", ROLES)
def test_without_any_one_statement_something_would_be_denied(
    decisions: list[dict[str, str]], stack: Stack, role: str
) -> None:
    asked = [line for line in by_role(decisions, stack, role) if line["decision"] == "Allow"]
    statements = [
        each for each in statements_of(stack, role) if each["Sid"] not in (*ASKED_BY_AWS, ASKED_OF_COMPREHEND)
    ]

    for statement in statements:
        others = [each for each in statements if each is not statement]
        assert any(
            allows(statement, line) and not any(allows(other, line) for other in others) for line in asked
        ), statement["Sid"]


def test_who_scores_may_score_and_nobody_else(stack: Stack) -> None:
    may = {
        role
        for role in ROLES
        if any(statement["Sid"] == ASKED_OF_COMPREHEND for statement in statements_of(stack, role))
    }

    assert may == {"Sentiment", "ProcessChunk", "RetryDocument"}


@pytest.fixture(scope="module")
def scorers(stack: Stack) -> dict[str, set[str]]:
    """Which operations of Comprehend each role called; its calls bear the key of who made them."""
    operations: dict[str, set[str]] = {role: set() for role in ROLES}
    calls = stack.account.scored()
    for role, made in operations.items():
        keys = stack.keys_of(role)
        made |= {f"comprehend:{call['operation']}" for call in calls if call["access_key"] in keys}
    return operations


def test_each_scorer_makes_both_calls_that_it_may(scorers: dict[str, set[str]], stack: Stack) -> None:
    for role, operations in scorers.items():
        allowed = {
            action for sid, action, _ in grants(statements_of(stack, role)) if sid == ASKED_OF_COMPREHEND
        }
        assert operations == allowed, role


def test_the_workflow_may_do_what_its_definition_says(stack: Stack) -> None:
    """The stand-in asks nobody whether a state machine may; the definition says what it will do."""
    machine = stack.client("stepfunctions").describe_state_machine(
        stateMachineArn=stack.outputs["StateMachineArn"]
    )
    definition = json.loads(machine["definition"])
    invoked = set(_values(definition, "FunctionName"))
    role = stack.client("iam").get_role_policy(RoleName=stack.physical("BulkRole"), PolicyName="Bulk")
    allowed = {each["Sid"]: each for each in role["PolicyDocument"]["Statement"]}

    assert set(as_list(allowed["Work"]["Resource"])) == invoked
    assert set(allowed) == {"Work", "ReadPlan", "StartAChildForEachChunk", "MindTheChildren", "DeliverLog"}
    assert as_list(allowed["StartAChildForEachChunk"]["Resource"]) == [stack.outputs["StateMachineArn"]]
    [plan] = as_list(allowed["ReadPlan"]["Resource"])
    assert plan == f"arn:aws:s3:::{stack.outputs['UploadsBucket']}/work/*"


def _values(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        if name in value:
            yield value[name]
        for item in value.values():
            yield from _values(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, name)
