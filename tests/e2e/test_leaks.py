"""What all other scenarios left in the account: states and tables hold nothing that a customer wrote."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.canary import MARKER, spelled_out
from tests.e2e.calling import Caller
from tests.e2e.conftest import Stack
from tests.e2e.test_jobs import csv_of, remarks

pytestmark = [pytest.mark.slow, pytest.mark.reads_the_record]


@pytest.fixture
def job(alice: Caller) -> str:
    """At least one job whose texts carry the marker."""
    job_id = alice.submit(csv_of(remarks(30, "the marked table")), "text/csv", "mode=ASYNC&text_column=text")
    alice.wait(job_id)
    return job_id


def test_no_state_of_a_workflow_holds_what_a_customer_wrote(job: str, stack: Stack) -> None:
    seen = 0
    for execution in _executions(stack):
        pages = stack.client("stepfunctions").get_paginator("get_execution_history")
        for page in pages.paginate(executionArn=execution["executionArn"], includeExecutionData=True):
            seen += len(page["events"])
            assert MARKER not in json.dumps(page["events"], default=str), execution["name"]
    assert seen > 5


def test_no_item_of_the_table_holds_what_a_customer_wrote(job: str, stack: Stack) -> None:
    scan = stack.client("dynamodb").get_paginator("scan")
    items = [item for page in scan.paginate(TableName=stack.outputs["Table"]) for item in page["Items"]]
    assert any(job in item["pk"]["S"] for item in items)
    for item in items:
        assert MARKER not in spelled_out(item), item["pk"]


def _executions(stack: Stack) -> Iterator[Any]:
    machine = stack.outputs["StateMachineArn"]
    for page in (
        stack.client("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=machine)
    ):
        yield from page["executions"]
