"""The checker would notice: what is lost, doubled or invented behind the server's back is found."""

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from aurastream.domain.outcome import FailureCode, Outcome, cancelled, failed
from aurastream.domain.outcome_lines import decode_all, encode_outcomes
from aurastream.entrypoints.serve import running
from aurastream.settings import Settings
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests.integration.history.checks import check
from tests.integration.history.clients import BrokenPromiseError, Request, Watch, acknowledged, ended

QUERY = {"mode": "ASYNC", "language": "en", "text_column": "text", "id_column": "number"}
TEXTS = ["it works great", "it is broken", "it arrived on Monday", "great but broken"]
AT_EASE = ComprehendSettings(tps=None, batch_tps=None)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, where it keeps everything, and what was asked of it: a file and a text."""

    http: httpx.Client
    data_dir: Path
    asked: list[Request]

    @property
    def file(self) -> Request:
        """The request that has a job."""
        return self.asked[0]

    @property
    def job_id(self) -> str:
        """The job of the file."""
        [job_id] = self.file.job_ids
        return job_id

    def sql(self, statement: str, *values: object) -> None:
        """Behind the server's back."""
        with closing(sqlite3.connect(self.data_dir / "aurastream.db", timeout=10)) as database, database:
            assert database.execute(statement, values).rowcount == 1

    def rewrite(self, change: Callable[[Sequence[Outcome]], Sequence[Outcome]]) -> None:
        """Other outcomes for the file's one chunk."""
        with closing(sqlite3.connect(self.data_dir / "aurastream.db", timeout=10)) as database:
            [[kept]] = database.execute("SELECT outcomes FROM chunks").fetchall()
        outcomes = change(decode_all(zlib.decompress(kept)))
        self.sql("UPDATE chunks SET outcomes = ?", zlib.compress(encode_outcomes(outcomes)))

    def reexport(self, change: Callable[[list[str]], list[str]]) -> None:
        """Another export."""
        [export] = self.data_dir.rglob(f"*/{self.job_id}/export")
        lines = change(export.read_text(encoding="utf-8").splitlines(keepends=True))
        export.write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A job that has ended and a text that was answered, with nothing wrong."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with ComprehendStandIn(AT_EASE) as engine:
        monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", engine.url)
        settings = Settings(engine="comprehend", data_dir=tmp_path / "data")
        with running(settings, host="127.0.0.1", port=0) as url, httpx.Client(base_url=url) as http:
            file = Request(key="file", path="/v1/sentiment", texts=TEXTS, query=QUERY)
            text = Request(key="text", path="/v1/sentiment", texts=TEXTS[:1])
            for request in (file, text):
                acknowledged(request, http)
            ended(http, *file.job_ids)
            yield Scene(http, tmp_path / "data", [file, text])


def a_lost_row(scene: Scene) -> None:
    """The last outcome is gone from the ledger."""
    scene.rewrite(lambda outcomes: outcomes[:-1])


def a_doubled_row(scene: Scene) -> None:
    """One row has two outcomes."""
    scene.rewrite(lambda outcomes: [*outcomes[:2], *outcomes[1:]])


def two_rows_that_have_changed_places(scene: Scene) -> None:
    """Each has the outcome of the other."""

    def changed(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        first, second, *rest = outcomes
        return [replace(second, id=first.id, row=1), replace(first, id=second.id, row=2), *rest]

    scene.rewrite(changed)


def an_invented_row(scene: Scene) -> None:
    """A row that was never sent has an outcome."""
    scene.rewrite(lambda outcomes: [*outcomes, replace(outcomes[0], id="file-5", row=5)])


def an_invented_failure(scene: Scene) -> None:
    """A good text was refused for ever."""
    refused = failed("file-1", FailureCode.ENGINE_REJECTED).at_row(1)
    scene.rewrite(lambda outcomes: [refused, *outcomes[1:]])
    scene.sql("UPDATE jobs SET succeeded = succeeded - 1, failed = failed + 1 WHERE job_id = ?", scene.job_id)


def an_invented_cancel(scene: Scene) -> None:
    """A row was cancelled, and nobody asked for it."""
    scene.rewrite(lambda outcomes: [cancelled("file-1").at_row(1), *outcomes[1:]])
    scene.sql(
        "UPDATE jobs SET succeeded = succeeded - 1, cancelled = cancelled + 1 WHERE job_id = ?", scene.job_id
    )


def a_miscount(scene: Scene) -> None:
    """A row is counted as another kind than its outcome is."""
    scene.sql("UPDATE jobs SET succeeded = succeeded - 1, failed = failed + 1 WHERE job_id = ?", scene.job_id)


def a_lost_job(scene: Scene) -> None:
    """An acknowledged job is not there any more."""
    scene.sql("DELETE FROM jobs WHERE job_id = ?", scene.job_id)


def an_invented_job(scene: Scene) -> None:
    """A file that nobody sent has a job."""
    stranger = Request(key="stranger", path="/v1/sentiment", texts=TEXTS, query=QUERY)
    ended(scene.http, acknowledged(stranger, scene.http).json()["job_id"])


def two_jobs_for_one_key(scene: Scene) -> None:
    """The same request was told of another job when it came again."""
    again = Request(key="again", path="/v1/sentiment", texts=TEXTS, query=QUERY)
    scene.file.answers.append(acknowledged(again, scene.http))


def one_job_for_two_keys(scene: Scene) -> None:
    """Another request was told of the same job."""
    scene.asked.append(replace(scene.file, key="other"))


def a_request_that_was_never_answered(scene: Scene) -> None:
    """Whoever sent it has given up."""
    scene.asked.append(Request(key="other", path="/v1/sentiment", texts=TEXTS[:1], tries=9))


def an_invented_answer(scene: Scene) -> None:
    """The text was answered with the sentiment of another."""
    scene.asked[1].texts = TEXTS[1:2]


def a_row_missing_from_the_export(scene: Scene) -> None:
    """The ledger is right, and the file that is handed out is not."""
    scene.reexport(lambda lines: lines[:-1])


def a_row_twice_in_the_export(scene: Scene) -> None:
    """The same."""
    scene.reexport(lambda lines: [*lines, lines[-1]])


def another_outcome_in_the_export(scene: Scene) -> None:
    """The same."""
    scene.reexport(lambda lines: [line.replace("NEGATIVE", "POSITIVE") for line in lines])


PLANTED: dict[Callable[[Scene], None], str] = {
    a_lost_row: r"rows of .* \[1, 2, 3\]",
    a_doubled_row: r"rows of .* \[1, 2, 2, 3, 4\]",
    two_rows_that_have_changed_places: "the outcome of file",
    an_invented_row: r"rows of .* \[1, 2, 3, 4, 5\]",
    an_invented_failure: "a failed row of file",
    an_invented_cancel: "a cancelled row of file",
    a_miscount: "succeeded of .*: 4 instead of 3",
    a_lost_job: "1 acknowledged jobs are not listed",
    an_invented_job: "a file's job belongs to nobody",
    two_jobs_for_one_key: "file has 2 jobs",
    one_job_for_two_keys: "two keys have one job",
    a_request_that_was_never_answered: "other has no answer",
    an_invented_answer: "the answer to text",
    a_row_missing_from_the_export: "the texts in the export",
    a_row_twice_in_the_export: "the texts in the export",
    another_outcome_in_the_export: "the outcomes in the export",
}
"""What is done behind the server's back, and what is said of it."""


def test_a_good_history_is_good(scene: Scene) -> None:
    found = check(scene.http, scene.asked)
    assert (found["requests"], found["jobs"], found["rows"]) == (2, 1, 4)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_lost_doubled_or_invented_is_found(plant: Callable[[Scene], None], scene: Scene) -> None:
    plant(scene)
    with pytest.raises(BrokenPromiseError, match=PLANTED[plant]):
        check(scene.http, scene.asked)


@pytest.mark.parametrize(
    "change",
    [
        "succeeded = succeeded - 1, failed = failed + 1",
        """record = replace(record, '"SUCCEEDED"', '"CANCELLED"')""",
        "succeeded = succeeded - 1, skipped = skipped + 1",
    ],
)
def test_an_end_that_is_taken_back_is_noticed(change: str, scene: Scene) -> None:
    watch = Watch(scene.job_id)
    assert watch.look(scene.http)
    scene.sql(f"UPDATE jobs SET {change} WHERE job_id = ?", scene.job_id)
    with pytest.raises(BrokenPromiseError):
        watch.look(scene.http)
