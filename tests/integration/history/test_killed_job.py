"""A long job, and a server that is killed in the middle of it."""

import time

import httpx
import pytest

from aurastream.testing.comprehend import ComprehendStandIn
from tests.canary import MARKER
from tests.integration.history.checks import check
from tests.integration.history.clients import Request, acknowledged, asked, ended
from tests.integration.history.server import Server

ROWS = 10_000
IN_FLIGHT = 5 * 25
"""Texts of the batches that the workers of a server have sent at any moment."""
UNITS = 3
"""What each of the texts costs."""


@pytest.mark.slow
def test_a_job_whose_server_is_killed_goes_on_where_it_was(server: Server, engine: ComprehendStandIn) -> None:
    engine.change(error_rate=0, reset_rate=0, latency_ms=100)
    texts = [f"This is great, says row {n}, {MARKER}" for n in range(1, ROWS + 1)]
    query = {"mode": "ASYNC", "language": "en", "text_column": "text", "id_column": "number"}
    request = Request(key="long", path="/v1/sentiment", texts=texts, query=query)
    with httpx.Client(base_url=server.url, timeout=30) as http:
        job_id = acknowledged(request, http).json()["job_id"]
        while not (done := asked(http, f"/v1/jobs/{job_id}").json()["counts"]["succeeded"]):
            time.sleep(0.02)
        server.kill()
        assert done < ROWS, "the server was killed too late"
        server.start()
        assert ended(http, job_id).status == "SUCCEEDED"
        check(http, [request])
        units = asked(http, f"/v1/jobs/{job_id}").json()["cost"]["units"]
    assert units == UNITS * ROWS
    assert 0 <= engine.ledger.bill.units - units <= UNITS * IN_FLIGHT
