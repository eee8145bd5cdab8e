"""What the template says and what the code reads, writes and answers to are the same."""

import json
import re
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aurastream.adapters.aws import clients
from aurastream.adapters.aws.comprehend_engine import LIMITS
from aurastream.adapters.aws.dynamodb_table import schema
from aurastream.containers.quota import LEFT_FOR_LIVE
from aurastream.domain import keys
from aurastream.domain.keys import JobId, JobKey, Tenant
from aurastream.entrypoints import lambdas
from aurastream.entrypoints.aws import telemetry
from aurastream.entrypoints.http.problems import KINDS
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


@pytest.fixture(scope="module")
def shown(translated: dict[str, Any]) -> set[str]:
    """The metrics of ours that the dashboard shows, by themselves or by a search."""
    [(_, dashboard)] = of_type(resolved(translated), "AWS::CloudWatch::Dashboard")
    found: set[str] = set()
    for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
        for metric in widget["properties"]["metrics"]:
            if isinstance(metric[0], dict):
                found |= set(re.findall(r'MetricName="(\w+)"', metric[0]["expression"]))
            elif metric[0] == telemetry.NAMESPACE:
                assert metric[2:4] == ["service", "aurastream-dev"]
                found.add(metric[1])
    return found


def test_every_metric_that_is_written_is_shown_and_no_other(shown: set[str]) -> None:
    source = Path(telemetry.__file__).read_text()
    counted = set(re.findall(r'(?:_count|add_metric)\(\s*"(\w+)"', source))

    # The gateway's own latency is shown, which has the way to the function in it.
    assert shown == counted - {"Latency", "IgnoredEvents"}
    assert shown >= {
        *("Requests", "EngineCalls", "EngineThrottles", "Documents", "Units", "SpentUsd", "CacheHits"),
        "RetryAge",
    }


HEARD_OF = {
    "a live answer in a hundred over a second": ("AWS/ApiGateway", "Latency", "/v1/sentiment", 1_000),
    "errors of the API": ("AWS/ApiGateway", "5XXError", "aurastream-dev", 5),
    **{
        f"errors of {name}": ("AWS/Lambda", "Errors", f"${{{name}}}", 5)
        for name in (
            *("SentimentFunction", "JobsFunction", "StartJobFunction", "PrepareJobFunction"),
            *("ProcessChunkFunction", "FinishJobFunction", "RetryDocumentFunction", "SettleOverdueFunction"),
        )
    },
    **{
        f"throttling of {name}": ("AWS/Lambda", "Throttles", f"${{{name}}}", 0)
        for name in ("SentimentFunction", "JobsFunction", "StartJobFunction")
    },
    "throttling of the engine": (telemetry.NAMESPACE, "EngineThrottles", "aurastream-dev", 50),
    "promises at rest": (
        *("AWS/SQS", "ApproximateNumberOfMessagesVisible", "${RetryDeadLetterQueue.QueueName}"),
        0,
    ),
    "events at rest": (
        *("AWS/SQS", "ApproximateNumberOfMessagesVisible", "${FailedEventsQueue.QueueName}"),
        0,
    ),
    "the oldest promise": ("AWS/SQS", "ApproximateAgeOfOldestMessage", "${RetryQueue.QueueName}", 3_600),
    "jobs that failed": (telemetry.NAMESPACE, "JobsFailed", "aurastream-dev", 0),
    "jobs that resist": (telemetry.NAMESPACE, "JobsResisting", "aurastream-dev", 0),
    "workflows that failed": ("AWS/States", "ExecutionsFailed", "${BulkStateMachine}", 0),
    "what is spent in a day": (telemetry.NAMESPACE, "SpentUsd", "aurastream-dev", 20),
}
"""What an operator hears of: namespace, metric, whose it is, and above what."""


@pytest.mark.parametrize("trouble", HEARD_OF)
def test_an_operator_hears_of_it(trouble: str, translated: dict[str, Any]) -> None:
    namespace, metric, whose, above = HEARD_OF[trouble]
    found = [
        alarm
        for _, alarm in of_type(resolved(translated), "AWS::CloudWatch::Alarm")
        if (alarm["Namespace"], alarm["MetricName"], float(alarm["Threshold"])) == (namespace, metric, above)
        and whose in [dimension["Value"] for dimension in alarm["Dimensions"]]
    ]

    [alarm] = found
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm.get("ExtendedStatistic") == ("p99" if metric == "Latency" else None)
    assert alarm["Period"] == {"SpentUsd": 86_400, "JobsResisting": 1_200}.get(metric, 300)


def test_there_is_no_other_alarm(translated: dict[str, Any]) -> None:
    assert len(list(of_type(resolved(translated), "AWS::CloudWatch::Alarm"))) == len(HEARD_OF)


def test_the_gateway_refuses_in_the_words_of_the_application(translated: dict[str, Any]) -> None:
    [(_, api)] = of_type(resolved(translated), "AWS::ApiGateway::RestApi")
    of_ours = {error.code: kind for error, kind in KINDS.items()}
    codes = set()
    for response in api["Body"]["x-amazon-apigateway-gateway-responses"].values():
        problem = json.loads(response["responseTemplates"]["application/json"])
        codes.add(problem["code"])
        assert problem["type"] == f"/problems/{problem['code']}"
        if problem["code"] != "rate_limited":  # which nobody but the gateway says
            kind = of_ours[problem["code"]]
            assert (problem["status"], problem["title"]) == (kind.status, kind.title)

    assert codes >= {"unauthenticated", "rate_limited", "body_too_large", "unavailable"}


def of_translation(kind: str, **parameters: str) -> set[str]:
    """The names of resources of a kind in the template as it is deployed with these parameters."""
    given = [f"{name}={value}" for name, value in parameters.items()]
    program = str(Path(__file__).with_name("translate.py"))
    done = run([tool("scan", "python"), program, str(TEMPLATE), *given])
    assert done.returncode == 0, done.stderr
    return {
        name for name, resource in json.loads(done.stdout)["Resources"].items() if resource["Type"] == kind
    }


def test_each_deployment_publishes_what_starts_from_a_snapshot_anew() -> None:
    first, second = (of_translation("AWS::Lambda::Version", Release=release) for release in ("1", "2"))

    assert len(first) == len(second) == 2
    assert not first & second


def test_each_deployment_serves_the_api_as_it_is_now() -> None:
    """CloudFormation changes an API and not its stage, unless the deployment has another name."""
    first = of_translation("AWS::ApiGateway::Deployment", Auth="IAM")
    time.sleep(1)  # the name is of the second
    second = of_translation("AWS::ApiGateway::Deployment", Auth="API_KEY")

    assert first != second


@pytest.mark.parametrize(("engine", "may"), [("comprehend", 3), ("cascade", 3), ("embedded", 0)])
def test_who_asks_nobody_may_ask_nobody(engine: str, may: int, translated: dict[str, Any]) -> None:
    roles = of_type(resolved(translated, {"Engine": engine}), "AWS::IAM::Role")

    assert sum("comprehend:DetectSentiment" in json.dumps(role) for _, role in roles) == may


@pytest.mark.parametrize("function", HANDLERS)
def test_a_store_that_does_not_answer_is_given_up_before_its_function_is(
    function: str, translated: dict[str, Any]
) -> None:
    source = (Path(lambdas.__file__).parent / f"{HANDLERS[function]}.py").read_text()
    named = re.search(r'patience="(\w+)"', source)
    patience = getattr(clients, named[1] if named else "BULK_STORE")
    # Between attempts botocore waits up to 1, 2, 4 … seconds.
    longest = patience.attempts * (patience.connect + patience.read) + 2 ** (patience.attempts - 1) - 1

    assert longest < functions(resolved(translated))[function]["Timeout"]


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


def test_a_stack_offers_the_engines_that_its_roles_are_made_for(translated: dict[str, Any]) -> None:
    assert set(translated["Parameters"]["Engine"]["AllowedValues"]) == {"comprehend", "cascade", "embedded"}
    assert "bedrock" not in json.dumps(translated)


def test_a_tuned_threshold_reaches_every_function_that_scores(translated: dict[str, Any]) -> None:
    parameters = {"Engine": "cascade", "CascadeThreshold": "0.7123"}
    variables = [
        function["Environment"]["Variables"]
        for function in functions(resolved(translated, parameters)).values()
        if "scoring" in json.dumps(function["CodeUri" if "CodeUri" in function else "Code"])
    ]

    assert len(variables) == 3
    assert {Settings.from_environ(each).cascade_threshold for each in variables} == {0.7123}
    plain = translated["Parameters"]["CascadeThreshold"]
    assert plain["Default"] == Settings.model_fields["cascade_threshold"].default


def test_of_all_keys_that_a_job_writes_only_a_callers_upload_sets_off_work(
    translated: dict[str, Any],
) -> None:
    key = JobKey(Tenant("uploads"), JobId("job_01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    uploads = resolved(translated)["UploadsBucket"]["Properties"]
    [event] = uploads["NotificationConfiguration"]["LambdaConfigurations"]
    edges = {rule["Name"].lower(): rule["Value"] for rule in event["Filter"]["S3Key"]["Rules"]}
    made = {
        name: make(key, 0) if name == "chunk_key" else make(key)
        for name, make in vars(keys).items()
        if name.endswith("_key") and callable(make)
    }

    assert len(made) >= 7
    assert [
        name
        for name, blob in made.items()
        if blob.startswith(edges["prefix"]) and blob.endswith(edges["suffix"])
    ] == ["upload_key"]


def test_the_slowest_quota_is_done_with_the_longest_file_before_its_chunks_expire(
    translated: dict[str, Any],
) -> None:
    about = translated["Parameters"]
    rows_a_day = (1 - LEFT_FOR_LIVE) * about["BatchTps"]["MinValue"] * (LIMITS.max_documents or 1) * 86_400

    assert about["RetentionDays"]["MinValue"] * rows_a_day > about["MaxRows"]["MaxValue"]
