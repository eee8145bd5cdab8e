"""Tests that leak what a customer wrote, each in its own way; whoever runs them has to see them fail."""

import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from starlette.responses import JSONResponse

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.local.sqlite_job_repository import SqliteJobRepository
from aurastream.adapters.local.sqlite_ledger import SqliteLedger
from aurastream.domain.document import Document
from aurastream.domain.errors import CallRejectedError
from aurastream.domain.files.rows import Raw, failed_row
from aurastream.domain.outcome import FailureCode, Outcome
from tests import simulated_aws as aws
from tests.canary import CANARY, MARKER
from tests.contracts.cases import LATER, MUCH_LATER, RESULT, running
from tests.integration.cli.command import run

TEXT = 'Nobody answers\nmy "calls", and the naïve robot is no help.'
LOG = logging.getLogger("aurastream.anywhere")


@pytest.fixture(autouse=True)
def _document() -> None:
    Document(id="1", text=TEXT)


def test_nothing_leaks_where_codes_and_numbers_are_told(tmp_path: Path) -> None:
    LOG.warning("a job's run failed and will be tried again: %s", "job_1")
    Database(tmp_path / "aurastream.db").close()


def test_a_log_line_leaks() -> None:
    LOG.warning("cannot score %s", TEXT)


def test_a_log_line_that_nobody_looks_at_leaks() -> None:
    LOG.debug("sending %s", json.dumps({"text": TEXT}))


def test_what_hangs_on_a_log_line_leaks() -> None:
    LOG.warning("cannot score", extra={"document": TEXT})


def test_a_trace_leaks() -> None:
    try:
        int(TEXT)
    except ValueError:
        LOG.exception("cannot score")


def test_an_error_leaks() -> None:
    with pytest.raises(CallRejectedError):
        raise CallRejectedError(f"the engine refused {TEXT!r}")


def test_a_row_that_cannot_be_read_leaks() -> None:
    row = failed_row(3, 4, FailureCode.MALFORMED_ROW, Raw('4;"nobody knows what, this is'))
    LOG.warning("cannot read %s", row.record)


def test_a_line_that_a_command_read_leaks(tmp_path: Path) -> None:
    line = "The courier laughed, and I did not."
    run(tmp_path, "analyze", "-", stdin=f"Well:\n{line}\n")
    LOG.warning("cannot score %s", line)


def test_a_text_that_a_command_read_as_json_leaks(tmp_path: Path) -> None:
    text = "The courier smiled, and I did not."
    run(tmp_path, "analyze", "--ndjson", stdin=json.dumps({"id": "1", "text": text}))
    LOG.warning("cannot score %s", text)


def test_the_body_of_a_refusal_leaks() -> None:
    JSONResponse({"errors": [{"pointer": "/text", "input": TEXT}]}, status_code=422)


def test_a_metric_leaks(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EphemeralMetrics(namespace="AuraStream")
    metrics.add_dimension("text", TEXT)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.flush_metrics()
    capsys.readouterr()


def test_a_message_leaks() -> None:
    with aws.simulated_aws():
        sqs = aws.sqs()
        url = sqs.create_queue(QueueName="retries")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"text": TEXT}))


def test_an_item_leaks() -> None:
    with aws.simulated_aws():
        table = aws.make_table()
        item = {"pk": {"S": "1"}, "sk": {"S": "1"}, "text": {"S": TEXT}}
        aws.dynamodb().put_item(TableName=table, Item=item)


def test_a_row_leaks(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "aurastream.db")) as database, database:
        database.execute("CREATE TABLE tickets (body TEXT)")
        database.execute("INSERT INTO tickets VALUES (?)", (TEXT,))


def test_an_outcome_leaks(tmp_path: Path) -> None:
    database = Database(tmp_path / "aurastream.db")
    job = running(SqliteJobRepository(database))
    outcome = Outcome(id=TEXT, result=RESULT, row=1)
    SqliteLedger(database).commit(job.key, 0, [outcome], now=LATER, deadline_at=MUCH_LATER)
    database.close()


def test_another_process_leaks() -> None:
    CANARY.hears("stderr", f"Traceback: cannot score {MARKER}")
