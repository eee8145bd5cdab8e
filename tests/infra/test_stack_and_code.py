"""What the template says and what the code reads, writes and answers to are the same."""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aurastream.adapters.aws.dynamodb_table import schema
from aurastream.entrypoints.aws import telemetry
from aurastream.settings import PREFIX, Settings
from tests.infra.environments import TEMPLATE, run, tool
from tests.infra.resolving import resolved
from tests.infra.rules import functions, of_type

SAMCONFIG = TEMPLATE.with_name("samconfig.toml")
HANDLERS = {
    "SentimentFunction": "sentiment",
    "JobsFunction": "jobs",
    "StartJobFunction": "start_job",
    "PrepareJobFunction": "prepare_job",
    "ProcessChunkFunction": "process_chunk",
    "FinishJobFunction": "finish_job",
    "RetryDocumentFunction": "retry_document",
    "SettleOverdueFunction": "settle_overdue",
}


def test_the_table_is_as_the_adapters_made_it_up(translated: dict[str, Any]) -> None:
    [(_, table)] = of_type(resolved(translated), "AWS::DynamoDB::Table")
    wanted = schema()

    for name in ("KeySchema", "GlobalSecondaryIndexes", "BillingMode"):
        assert table[name] == wanted[name], name
    assert sorted(map(str, table["AttributeDefinitions"])) == sorted(map(str, wanted["AttributeDefinitions"]))
    assert table["TimeToLiveSpecification"]["AttributeName"] == "ttl"


def test_every_module_with_a_handler_is_a_function(translated: dict[str, Any]) -> None:
    found = {name: function["Handler"] for name, function in functions(resolved(translated)).items()}

    assert found == {
        name: f"aurastream.entrypoints.lambdas.{module}.handler" for name, module in HANDLERS.items()
    }


@pytest.mark.parametrize("function", HANDLERS)
def test_the_code_knows_every_setting_of_a_function(function: str, translated: dict[str, Any]) -> None:
    variables = functions(resolved(translated))[function]["Environment"]["Variables"]

    settings = Settings.from_environ(variables)

    assert settings.home == "aws"
    given = {name.removeprefix(PREFIX).lower() for name in variables if name.startswith(PREFIX)}
    assert settings.model_fields_set <= given


def starts(module: str, variables: Mapping[str, str]) -> dict[str, str]:
    """What a function says when it starts, as it should be and without one variable after the other."""
    program = str(Path(__file__).with_name("starting.py"))
    done = run([sys.executable, program, module, json.dumps(variables)], AWS_REGION="eu-west-1")
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize(("function", "module"), HANDLERS.items())
def test_each_function_is_given_what_it_needs_and_no_resource_more(
    function: str, module: str, translated: dict[str, Any]
) -> None:
    variables = functions(resolved(translated))[function]["Environment"]["Variables"]

    said = starts(module, {name: value for name, value in variables.items() if value})

    assert said.pop("") == ""
    assert said
    for name, complaint in said.items():
        assert name in complaint


def test_a_misspelt_variable_is_named_when_a_function_starts() -> None:
    said = starts("start_job", {"AURASTREAM_HOME": "aws", "AURASTREAM_TABEL": "jobs"})

    assert "AURASTREAM_TABEL" in said[""]


def test_alarms_and_dashboard_look_for_metrics_that_somebody_writes(translated: dict[str, Any]) -> None:
    resources = resolved(translated)
    looked_for = {
        alarm["MetricName"]
        for _, alarm in of_type(resources, "AWS::CloudWatch::Alarm")
        if alarm["Namespace"] == telemetry.NAMESPACE
    }
    [(_, dashboard)] = of_type(resources, "AWS::CloudWatch::Dashboard")
    for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
        looked_for |= {
            metric[1] for metric in widget["properties"]["metrics"] if metric[0] == telemetry.NAMESPACE
        }
    source = Path(telemetry.__file__).read_text()

    assert {"SpentUsd", "EngineThrottles"} <= looked_for
    assert [name for name in looked_for if f'"{name}"' not in source] == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_what_is_deployed_where_is_named_as_the_template_names_it(
    environment: str, translated: dict[str, Any]
) -> None:
    config = tomllib.loads(SAMCONFIG.read_text())[environment]
    overrides = dict(
        pair.split("=") for pair in config["deploy"]["parameters"]["parameter_overrides"].split()
    )

    resolved(translated, overrides)
    assert overrides["Environment"] == environment
    assert config["deploy"]["parameters"]["stack_name"] == config["delete"]["parameters"]["stack_name"]


def test_sam_itself_takes_the_template() -> None:
    done = run([tool("sam", "sam"), "validate", "--lint", "--template-file", str(TEMPLATE)])

    assert done.returncode == 0, done.stdout + done.stderr
