"""The table of an account, and a clock that stands at noon."""

from collections.abc import Iterator
from random import Random

import pytest

from aurastream.adapters.aws.dynamodb_job_repository import DynamoDbJobRepository
from tests import simulated_aws as aws
from tests.contracts.cases import NOON
from tests.fakes import FakeClock


@pytest.fixture
def wire() -> Iterator[aws.Wire]:
    """What goes over the wire to a table that is there."""
    with aws.simulated_aws() as wire:
        aws.make_table()
        yield wire


@pytest.fixture
def clock() -> FakeClock:
    """Noon."""
    return FakeClock(NOON)


@pytest.fixture
def jobs(wire: aws.Wire, clock: FakeClock) -> DynamoDbJobRepository:  # the table has to be there
    """The jobs of the table."""
    return DynamoDbJobRepository(aws.dynamodb(), aws.TABLE, clock=clock, chance=Random(1))
