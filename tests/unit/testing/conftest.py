"""A real boto3 client in front of a stand-in that behaves as a test says."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests.unit.testing.calling import ClientOf, Open

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient


@pytest.fixture(scope="session")
def aws() -> boto3.Session:
    return boto3.Session(aws_access_key_id="AKIDTEST", aws_secret_access_key="dummy", region_name="eu-west-1")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def standin_of(stack: ExitStack) -> Open:
    def standin_of(*, seams: dict[str, Any] | None = None, **settings: Any) -> ComprehendStandIn:
        behaviour = ComprehendSettings(**{"tps": None, "batch_tps": None, **settings})
        return stack.enter_context(ComprehendStandIn(behaviour, **(seams or {})))

    return standin_of


@pytest.fixture
def client_of(aws: boto3.Session, stack: ExitStack) -> ClientOf:
    def client_of(standin: ComprehendStandIn, **config: Any) -> "ComprehendClient":
        once = Config(retries={"mode": "standard", "total_max_attempts": 1}, **config)
        client = aws.client("comprehend", endpoint_url=standin.url, config=once)
        stack.callback(client.close)
        return client

    return client_of
