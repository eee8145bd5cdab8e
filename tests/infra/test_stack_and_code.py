"""What the template says and what the code reads, writes and answers to are the same."""

from typing import Any

import pytest

from aurastream.adapters.aws.dynamodb_table import schema
from aurastream.settings import PREFIX, Settings
from tests.infra.resolving import resolved
from tests.infra.rules import functions, of_type

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
