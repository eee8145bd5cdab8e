"""A stack in an account that is empty for each test."""

import asyncio
from collections.abc import Iterator

import pytest

from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests import simulated_aws as aws
from tests.integration.aws.home import AwsHome


@pytest.fixture(scope="module")
def comprehend() -> Iterator[ComprehendStandIn]:
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None)) as comprehend:
        yield comprehend


@pytest.fixture
def home(comprehend: ComprehendStandIn, request: pytest.FixtureRequest) -> Iterator[AwsHome]:
    """With settings of its own where a test gives it some."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with aws.simulated_aws():
        yield AwsHome(comprehend_url=comprehend.url, settings=getattr(request, "param", {}))
    asyncio.set_event_loop(None)
    loop.close()
