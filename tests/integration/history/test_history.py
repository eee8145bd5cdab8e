"""Eight clients, a server that is killed, frozen, out of room and without an engine, and what is left."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from statistics import median
from threading import Event

import httpx
import pytest

from aurastream.adapters.records import stamp
from aurastream.testing.comprehend import ComprehendStandIn
from tests.integration.history.checks import check
from tests.integration.history.clients import Client
from tests.integration.history.disk import Disk
from tests.integration.history.server import Server
from tests.integration.history.trouble import Nemesis

CLIENTS = 8
MANY = 30
"""Kills during which leases run out by themselves."""


@pytest.mark.parametrize(
    ("kills", "seed"),
    [
        pytest.param(5, 1, marks=pytest.mark.slow, id="5 kills"),
        pytest.param(32, 2, marks=pytest.mark.soak, id="32 kills"),
    ],
)
def test_nothing_is_lost_doubled_or_invented(
    kills: int,
    seed: int,
    server: Server,
    disk: Disk,
    engine: ComprehendStandIn,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nemesis, over = Nemesis(server, disk, engine, seed=seed), Event()
    clients = [Client(f"client {n}", server.url, seed=seed) for n in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.run, lambda: not over.is_set()) for client in clients]
        try:
            nemesis.strike(kills)
        finally:
            over.set()
        _hasten(disk, leases=kills < MANY)
        requests = [request for future in running for request in future.result()]
    with httpx.Client(base_url=server.url, timeout=30) as http:
        found = check(http, requests)
    assert "Traceback" not in server.log
    ready = sorted(server.ready_after)
    told = {**found, **nemesis.done, "seconds until ready": (median(ready), max(ready))}
    with capsys.disabled():
        print("\n", ", ".join(f"{what}: {number}" for what, number in told.items()))


def _hasten(disk: Disk, *, leases: bool) -> None:
    """
    What a worker was killed over is taken up by another after a minute or half; the daily test has neither.

    A lease that is ended so may be one whose owner is at work: nothing but the fence tells the two apart.
    """
    with closing(sqlite3.connect(disk.root / "data" / "aurastream.db", timeout=10)) as database, database:
        database.execute("UPDATE tickets SET hidden_until = '' WHERE NOT resting")
        if leases:
            database.execute(
                "UPDATE requests SET until = ? WHERE status IS NULL", (stamp(datetime.now(UTC)),)
            )
