"""A service of fakes for every story."""

import pytest

from tests.unit.services.workshop import Workshop


@pytest.fixture
def shop() -> Workshop:
    """A service without jobs."""
    return Workshop()
