"""A job that was deleted: every file of the data directory is searched for what its customer wrote."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.job import Job
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH
from aurastream.settings import Settings
from tests.canary import MARKER

TEXTS = [f"This is great and number {n}, {MARKER}" for n in range(1_500)]
FILE = ("text,shop\n" + "".join(f'"{text}",{n % 7}\n' for n, text in enumerate(TEXTS))).encode()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Container]:
    """A service on one machine, on a real disk."""
    container = Container(settings=Settings(data_dir=tmp_path / "data", engine="lexicon"))
    yield container
    container.local.database().close()


def found_in(directory: Path, words: bytes) -> list[str]:
    """The files that hold these words."""
    return [path.name for path in directory.rglob("*") if path.is_file() and words in path.read_bytes()]


def a_file(home: Container) -> Job:
    options = JobOptions(text_column="text", language=ENGLISH)
    return home.run_job()(home.submit()(LOCAL_TENANT, options, [FILE]).key)


def a_promise(home: Container) -> Job:
    documents = [Document(id="1", text=TEXTS[0])]
    return home.run_promise()(home.promise()(LOCAL_TENANT, documents).key)


def a_retry(home: Container) -> Job:
    """Of a job whose rows nobody got to, so that it has a copy of the whole file."""
    parent = home.submit()(LOCAL_TENANT, JobOptions(text_column="text", language=ENGLISH), [FILE])
    home.prepare()(parent.key)
    home.finish()(parent.key)
    child = home.run_job()(home.retry()(parent.key).key)
    home.delete()(parent.key)
    return child


@pytest.mark.parametrize("made", [a_file, a_promise, a_retry])
def test_nothing_that_the_customer_wrote_is_left_anywhere(
    made: Callable[[Container], Job], home: Container, tmp_path: Path
) -> None:
    job = made(home)
    assert found_in(tmp_path, MARKER.encode()), "there was nothing to erase"
    home.delete()(job.key)
    assert found_in(tmp_path, MARKER.encode()) == []
    assert list(tmp_path.rglob(f"*{job.key.job_id}*")) == []
    home.delete().erase(job.key)
    home.local.database().close()
    assert found_in(tmp_path, MARKER.encode()) == []
