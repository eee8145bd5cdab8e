"""A fresh bench for every test."""

import pytest

from tests.integration.http.service import RIVAL, Bench, Client


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def client(bench: Bench) -> Client:
    return bench.client()


@pytest.fixture
def rival(bench: Bench) -> Client:
    return bench.client(RIVAL)
