"""The shipped model, read once."""

import pytest

from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL, EmbeddedEngine
from aurastream.adapters.local.embedded_model import EmbeddedModel, load_model
from tests.fakes import FakeClock


@pytest.fixture(scope="session")
def model() -> EmbeddedModel:
    return load_model(ENGLISH_MODEL)


@pytest.fixture
def engine(model: EmbeddedModel) -> EmbeddedEngine:
    return EmbeddedEngine(FakeClock(), model)
