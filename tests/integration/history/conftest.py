"""A server, the disk it keeps everything on, and the engine that it asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests.integration.history.disk import Disk, small_disk
from tests.integration.history.server import Server

TROUBLE = ComprehendSettings(tps=None, batch_tps=None, latency_ms=20, error_rate=0.02, reset_rate=0.01)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Where the server keeps everything."""
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def engine() -> Iterator[ComprehendStandIn]:
    """A paid engine that has its moods."""
    with ComprehendStandIn(TROUBLE) as engine:
        yield engine


@pytest.fixture
def server(tmp_path: Path, disk: Disk, engine: ComprehendStandIn) -> Iterator[Server]:
    """The service, on that disk and with that engine."""
    environment = {
        "AURASTREAM_ENGINE": "comprehend",
        "AURASTREAM_COMPREHEND_DETECT_TPS": "400",
        "AURASTREAM_COMPREHEND_BATCH_TPS": "200",
        "AWS_ENDPOINT_URL_COMPREHEND": engine.url,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    with Server(disk.root / "data", tmp_path / "log", environment=environment) as server:
        yield server
