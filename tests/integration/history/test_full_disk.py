"""No room is left, and then there is some again."""

import httpx
import pytest

from tests.canary import MARKER
from tests.integration.history.checks import check
from tests.integration.history.clients import Request, acknowledged
from tests.integration.history.disk import Disk
from tests.integration.history.server import Server

TEXTS = [f"This is great, says row {n}, {MARKER}" for n in range(200)]
QUERY = {"mode": "ASYNC", "language": "en", "text_column": "text", "id_column": "number"}


@pytest.mark.slow
@pytest.mark.parametrize("mounted", [True, False], ids=["no room", "no file may grow"])
def test_without_room_a_file_is_refused_and_with_room_it_is_taken(
    mounted: bool, server: Server, disk: Disk
) -> None:
    disk.mounted = disk.mounted and mounted
    files = [Request(key=f"file {n}", path="/v1/sentiment", texts=TEXTS, query=QUERY) for n in range(3)]
    before, during, after = files
    text = Request(key="a text", path="/v1/sentiment", texts=[f"This is great, {MARKER}"])
    with httpx.Client(base_url=server.url, timeout=30) as http:
        acknowledged(before, http)
        with disk.full(server):
            refusals = [during.send(http) for _ in range(5)]
            assert http.get("/v1/jobs").status_code == 200
            unkeyed = http.post("/v1/sentiment", json={"text": f"This is great, {MARKER}", "language": "en"})
        assert {refusal.status_code for refusal in refusals} <= {503, 507}
        assert {refusal.json()["code"] for refusal in refusals} <= {"unavailable", "storage_full"}
        assert all("Retry-After" in refusal.headers for refusal in refusals)
        assert unkeyed.status_code == 200, "what needs no room is answered without any"
        for request in (during, after, text):
            acknowledged(request, http)
        found = check(http, [*files, text])
    assert found["jobs"] == 3
    assert "Traceback" not in server.log
