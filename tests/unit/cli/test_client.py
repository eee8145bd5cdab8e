"""What the command line says where a server, or the store beside it, refuses something."""

from pathlib import Path

import httpx
import pytest

from aurastream.entrypoints.cli.client import Client
from aurastream.entrypoints.cli.ending import BAD_INPUT, SERVICE, EndedError

TOO_LARGE = "<Error><Code>EntityTooLarge</Code><Message>Your upload exceeds</Message></Error>"
PROBLEM = {"code": "file_too_large", "detail": "the file has more than 10 bytes"}


def submitted(file: Path, taken: httpx.Response) -> EndedError:
    """The end of a command whose upload form was answered like that."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/jobs":
            return httpx.Response(201, json={"upload": {"url": "http://store.test/", "fields": {"key": "k"}}})
        return taken

    with httpx.Client(base_url="http://ours.test", transport=httpx.MockTransport(answer)) as http:
        client = Client(http, in_process=False)
        with pytest.raises(EndedError) as ended:
            client.submit(file, None, {})
    return ended.value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.json"
    path.write_text('["good"]')
    return path


def test_a_store_that_does_not_take_a_file_is_not_mistaken_for_a_strange_server(file: Path) -> None:
    ended = submitted(file, httpx.Response(400, text=TOO_LARGE))
    assert "store.test did not take the file (EntityTooLarge)" in ended.message
    assert "--url" not in ended.message
    assert ended.exit_code == SERVICE


def test_a_store_that_says_nothing_is_told_of_by_its_status(file: Path) -> None:
    assert "(403)" in submitted(file, httpx.Response(403)).message


def test_a_server_of_ours_says_itself_why_it_does_not_take_a_file(file: Path) -> None:
    headers = {"Content-Type": "application/problem+json"}
    ended = submitted(file, httpx.Response(413, json=PROBLEM, headers=headers))
    assert ended.message == "the file has more than 10 bytes (file_too_large)"
    assert ended.exit_code == BAD_INPUT
