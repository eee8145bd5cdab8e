"""
A canary in every test: what a customer wrote is nowhere but in blobs, results and answers.

Every text that becomes a row or a document in a test is a customer's, and so is the marker, which texts
carry that another process reads. During a test none of them may stand in a log line, an error, the body of
a refusal, a metric, what is sent to an account but for blobs and the engine (queue messages, items,
workflow states, events), what a process says on stderr, or the database of a data directory.
"""

import json
import logging
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import wraps
from pathlib import Path
from threading import Lock
from traceback import format_exception
from typing import Any

import pytest

MARKER = "kanarienvogel"
SHORTEST = 12
"""Characters of a text that stands nowhere by accident; a shorter one may be a word of ours as well."""
AT_MOST = 500
"""Texts of a test that are looked for: whoever leaks one of thousands leaks one of the first."""
MAY_HOLD_TEXT = frozenset(
    {"PutObject", "UploadPart", "DetectSentiment", "BatchDetectSentiment", "Converse", "InvokeModel"}
)
TESTS = str(Path(__file__).parent)


class Canary:
    """What customers wrote during a test, and what was said where others may read it."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._said: list[tuple[str, str]] = []
        self._lock = Lock()

    def begin(self) -> None:
        """Another test: nothing was written yet."""
        with self._lock:
            self._texts.clear()
            self._said.clear()

    def wrote(self, text: str) -> None:
        """A customer's words."""
        if len(text) >= SHORTEST and " " in text.strip() and len(self._texts) < AT_MOST:
            with self._lock:
                self._texts[text] = None

    def hears(self, where: str, what: str) -> None:
        """Somebody else than the customer may read this."""
        with self._lock:
            self._said.append((where, what))

    def leaks(self) -> list[str]:
        """The places that hold a customer's words; never the words."""
        with self._lock:
            said, self._said = self._said, []
        needles = self._needles()
        return sorted({where for where, what in said if any(needle in what for needle in needles)})

    def leaks_under(self, directory: Path) -> list[str]:
        """The databases under a directory that hold a customer's words."""
        needles = [needle.encode("utf-8", "surrogatepass") for needle in self._needles()]
        return sorted(
            str(path.relative_to(directory))
            for path in directory.rglob("*.db*")
            if any(needle in kept for kept in _kept(path) for needle in needles)
        )

    def _needles(self) -> list[str]:
        with self._lock:
            texts = [MARKER, *self._texts]
        ways = (text for one in texts for text in _written(one))
        return list(dict.fromkeys(ways))


CANARY = Canary()


def _written(text: str) -> Iterator[str]:
    """The ways to write a text down: as it is, and as programs quote it."""
    yield text
    yield repr(text)[1:-1]
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]


def _kept(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what its compressed outcomes say."""
    with suppress(OSError):
        yield path.read_bytes()
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for [outcomes] in database.execute("SELECT outcomes FROM chunks"):
            yield _inflated(outcomes)


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return packed


def spelled_out(sent: object) -> str:
    """All that is sent with a call, compressed or not, as one text."""
    if isinstance(sent, bytes):
        return _inflated(sent).decode("utf-8", "replace")
    if isinstance(sent, dict):
        return "\n".join(spelled_out(part) for pair in sent.items() for part in pair)
    if isinstance(sent, list | tuple):
        return "\n".join(map(spelled_out, sent))
    return str(sent)


def _said_by(record: logging.LogRecord) -> str:
    """A log line with all that hangs on it, whatever its formatter would leave out."""
    trace = "".join(format_exception(*record.exc_info)) if record.exc_info else ""
    return f"{record.getMessage()}\n{spelled_out(vars(record))}\n{trace}"


def _listen(owner: Any, name: str, tell: Callable[..., None]) -> None:
    """After each call of a method, tell of it: of what came out, and of what it was given."""
    method = getattr(owner, name)

    @wraps(method)
    def heard(*args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        tell(answer, *args)
        return answer

    setattr(owner, name, heard)


def _log_line(_none: None, _logger: logging.Logger, record: logging.LogRecord) -> None:
    CANARY.hears(f"a log line of {record.name}", _said_by(record))


def _document(_none: None, document: Any, *_args: object) -> None:
    CANARY.wrote(document.text)


def _row(_none: None, row: Any, *_args: object) -> None:
    """A row of a file, before it is a document, and one that never becomes one."""
    for text in (row.text, row.record):
        if isinstance(text, str):
            CANARY.wrote(text)


def _error(_none: None, error: Exception, *_args: object) -> None:
    """An error, unless a test made it up."""
    frame = sys._getframe(2)
    while frame.f_code.co_name == "__init__" and frame.f_back:
        frame = frame.f_back
    made_in = frame.f_code.co_filename
    if not made_in.startswith(TESTS):
        CANARY.hears(f"{type(error).__name__} of {Path(made_in).name}", spelled_out(error.args))


def _response(_none: None, response: Any, *_args: object) -> None:
    if response.status_code >= 400:
        CANARY.hears(f"a {response.status_code}", spelled_out([bytes(response.body), response.raw_headers]))


def _sent(_answer: object, _client: object, operation: str, sent: object) -> None:
    """What adapters send; a test may send what it likes."""
    caller = sys._getframe(3).f_code.co_filename
    if operation not in MAY_HOLD_TEXT and not caller.startswith(TESTS):
        CANARY.hears(f"what is sent with {operation}", spelled_out(sent))


def _metric(line: object, _metrics: object, *_args: object) -> None:
    CANARY.hears("a metric", spelled_out(line))


def pytest_configure() -> None:
    """Prick up one's ears wherever something is said."""
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider
    from botocore.client import BaseClient
    from starlette.responses import Response

    from aurastream.domain.document import Document
    from aurastream.domain.errors import AuraStreamError
    from aurastream.domain.files.rows import Row

    logging.getLogger("aurastream").setLevel(logging.DEBUG)
    _listen(logging.Logger, "handle", _log_line)
    _listen(Document, "__init__", _document)
    _listen(Row, "__init__", _row)
    _listen(AuraStreamError, "__init__", _error)
    _listen(Response, "__init__", _response)
    _listen(BaseClient, "_make_api_call", _sent)
    _listen(AmazonCloudWatchEMFProvider, "serialize_metric_set", _metric)


def pytest_runtest_setup() -> None:
    """What an earlier test said is nothing to this one."""
    CANARY.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test in which a customer's words get out has failed, whatever else it shows."""
    yield
    leaks = CANARY.leaks()
    directory = getattr(item, "funcargs", {}).get("tmp_path")
    if isinstance(directory, Path):
        leaks += CANARY.leaks_under(directory)
    if leaks:
        pytest.fail(f"what a customer wrote is in {', '.join(leaks)}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """What is said while everything comes to its end."""
    yield
    if leaks := CANARY.leaks():
        pytest.fail(f"what a customer wrote is in {', '.join(leaks)}", pytrace=False)
