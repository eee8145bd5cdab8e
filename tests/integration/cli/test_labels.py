"""What users do with labels of their own: `evaluate`, `calibrate` and `tune` on files as they come."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from aurastream.adapters.local.embedded_model import EmbeddedModel
from aurastream.domain.evaluation import Judged
from aurastream.entrypoints.cli import calibrating
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.calibrating import helps
from aurastream.entrypoints.cli.evaluating import evaluate
from aurastream.entrypoints.cli.fitting import told
from aurastream.entrypoints.cli.labelled import Labelled
from aurastream.entrypoints.cli.tuning import tune
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn, replay
from tests.integration.cli.command import Ran, run, serving
from tests.language_model import add_model

COMMANDS = {"evaluate": evaluate, "calibrate": calibrating.calibrate, "tune": tune}
PRAISE = ("I love these shoes, they fit very well, pair {}", "positive")
BLAME = ("Broken after {} days, and nobody answers my letters", "negative")
NEWS = ("The parcel number {} arrived today", "positive")
"""Somebody to whom whatever arrives is good news: what a calibration can learn."""
UNSURE = ("It does what they said, number {}, more or less", "negative")
"""Told otherwise, and with less confidence than what is plain."""
GERMAN = ("Der Wasserkocher ist leider schon nach {} Tagen kaputtgegangen", "negative")
DUTCH = ("De waterkoker is helaas na {} dagen al kapot gegaan, en niemand antwoordt", "negative")
"""Comprehend does not read it."""
NOT_SO = ("Das ist {} mal ausgeliefert worden, und ich bin sehr zufrieden damit", "positive")


def texts(*kinds: tuple[str, str], count: int) -> list[tuple[str, str]]:
    """So many rows, of each kind in turn, no two with the same text."""
    every = ((text.format(number), label) for number in range(count) for text, label in kinds)
    return list(islice(every, count))


def written(path: Path, rows: Iterable[Sequence[str]], header: Sequence[str] = ("text", "label")) -> str:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return str(path)


def asked(tmp_path: Path, command: str, file: str, *options: str, **environment: str) -> Ran:
    """The command in this very process, or in one of its own where it has an environment of its own."""
    arguments = [file, "--label-column", "label", *options]
    if environment:
        return run(tmp_path / "data", "--json", command, *arguments, **environment)
    choices = Choices(data_dir=tmp_path / "data", as_json=True)
    ended = CliRunner().invoke(COMMANDS[command], arguments, obj=choices)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Ran(code=ended.exit_code, out=ended.stdout, err=ended.stderr)


def stored(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "data").rglob("*@*.json"))


@pytest.mark.parametrize("name", ["Positive", "POS", "pos", " positive "])
def test_labels_may_be_written_as_people_write_them(tmp_path: Path, name: str) -> None:
    rows = [(text, name if label == "positive" else "Neg") for text, label in texts(PRAISE, BLAME, count=10)]
    report = json.loads(asked(tmp_path, "evaluate", written(tmp_path / "some.csv", rows)).out)
    assert (report["scored"], report["accuracy"]) == (10, 1.0)


@pytest.mark.parametrize("label", ["5", "5 stars", "good"])
def test_labels_that_are_no_sentiments_are_refused_by_line(tmp_path: Path, label: str) -> None:
    rows = [*texts(PRAISE, count=2), ("So and so", label)]
    told = asked(tmp_path, "evaluate", written(tmp_path / "some.csv", rows))
    assert told.code == 4
    assert "line 4: a label is one of mix, mixed, neg" in told.err
    assert "So and so" not in told.err


@pytest.mark.parametrize("command", ["evaluate", "calibrate", "tune"])
def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, command: str) -> None:
    file = written(tmp_path / "some.csv", texts(PRAISE, count=2), header=("review", "stars"))
    told = asked(tmp_path, command, file)
    assert told.code == 4
    assert "'review', 'stars'" in told.err


def test_a_file_may_be_labelled_in_part(tmp_path: Path) -> None:
    rows = [*texts(PRAISE, BLAME, count=6), ("Nobody has read this one", ""), ("", "positive"), ("Nor this",)]
    report = json.loads(asked(tmp_path, "evaluate", written(tmp_path / "some.csv", rows)).out)
    assert (report["texts"], report["left_out"]) == (6, 3)
    none = asked(tmp_path, "evaluate", written(tmp_path / "none.csv", [("Nobody has read this one", "")]))
    assert none.code == 4
    assert "nothing to measure" in none.err


def test_texts_that_an_engine_does_not_read_are_told_with_the_reason(tmp_path: Path) -> None:
    file = written(tmp_path / "some.csv", texts(PRAISE, GERMAN, count=10))
    report = json.loads(asked(tmp_path, "evaluate", file).out)
    assert (report["texts"], report["scored"]) == (10, 5)
    assert report["not_scored"] == {"unsupported_language": 5}
    assert report["accuracy"] == 1.0
    none = asked(tmp_path, "evaluate", written(tmp_path / "none.csv", texts(GERMAN, count=5)))
    assert none.code == 4
    assert "unsupported_language" in none.err


@pytest.mark.parametrize("count", [49, 50])
def test_fifty_labels_are_enough_for_a_calibration_and_one_less_is_not(tmp_path: Path, count: int) -> None:
    file = written(tmp_path / "some.csv", [*texts(NEWS, count=count - 9), *texts(BLAME, count=9)])
    told = asked(tmp_path, "calibrate", file)
    if count < 50:
        assert told.code == 4
        assert "49 different English texts" in told.err
        assert stored(tmp_path) == []
    else:
        assert told.code == 0, told.err
        assert [path.stem for path in stored(tmp_path)] == [json.loads(told.out)["calibration"]]


def test_the_same_text_again_is_no_further_label(tmp_path: Path) -> None:
    rows = [*texts(NEWS, count=20), *texts(BLAME, count=20)] * 3
    for command in "calibrate", "tune":
        told = asked(tmp_path, command, written(tmp_path / "some.csv", rows * 2))
        assert told.code == 4
        assert "40 different" in told.err
    assert stored(tmp_path) == []


def test_labels_of_one_sentiment_alone_calibrate_nothing(tmp_path: Path) -> None:
    told = asked(tmp_path, "calibrate", written(tmp_path / "some.csv", texts(NEWS, count=60)))
    assert told.code == 4
    assert "every label is positive" in told.err
    assert stored(tmp_path) == []


def test_a_calibration_helps_that_lessens_the_log_loss_and_costs_no_accuracy() -> None:
    before = {"log_loss": 0.7, "accuracy": 0.8}
    assert helps(before, {"log_loss": 0.6, "accuracy": 0.8})
    assert not helps(before, {"log_loss": 0.7, "accuracy": 0.9})
    assert not helps(before, {"log_loss": 0.6, "accuracy": 0.79})


def test_a_calibration_that_does_not_help_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "some.csv", [*texts(NEWS, count=50), *texts(BLAME, count=10)])

    def before_again(model: EmbeddedModel, _rows: object, labelled: Sequence[Labelled]) -> list[Judged]:
        return told(model, None, labelled)

    monkeypatch.setattr(calibrating, "cross_validated", before_again)
    choices = Choices(data_dir=tmp_path / "data")
    ended = CliRunner().invoke(calibrating.calibrate, [file, "--label-column", "label"], obj=choices)
    assert ended.exit_code == 4
    assert "does not help; nothing was stored" in ended.output
    assert stored(tmp_path) == []


def test_texts_that_another_model_reads_calibrate_nothing(tmp_path: Path) -> None:
    english = [*texts(NEWS, count=60), *texts(BLAME, count=12)]
    alone = asked(tmp_path, "calibrate", written(tmp_path / "alone.csv", english))
    add_model(tmp_path / "data" / "models", "de")
    beside = asked(
        tmp_path, "calibrate", written(tmp_path / "beside.csv", [*english, *texts(NOT_SO, count=40)])
    )
    assert json.loads(beside.out)["other_languages"] == 40
    assert json.loads(beside.out)["calibration"] == json.loads(alone.out)["calibration"]


def test_a_calibration_is_named_over_http_by_jobs_of_its_tenant_alone(tmp_path: Path) -> None:
    file = written(tmp_path / "some.csv", [*texts(NEWS, count=60), *texts(BLAME, count=12)])
    named = json.loads(asked(tmp_path, "calibrate", file, "--tenant", "acme").out)["calibration"]
    with serving(tmp_path / "data", AURASTREAM_API_KEYS="acme:ours,other:theirs") as url:

        def submitted(key: str, *options: str) -> dict[str, Any]:
            server = ("--url", url, "--api-key", key, "--json")
            job: dict[str, Any] = json.loads(run(tmp_path, *server, "submit", file, "--wait", *options).out)
            lines = run(tmp_path, *server, "results", job["job_id"]).out.splitlines()
            return job | {"told": Counter(json.loads(line).get("sentiment") for line in lines)}

        plain, ours, theirs = (
            submitted("ours"),
            *(submitted(key, "--calibration", named) for key in ("ours", "theirs")),
        )
    assert (plain["told"]["POSITIVE"], ours["told"]["POSITIVE"]) == (0, 60)
    assert theirs["error"]["code"] == "calibration_not_found"


def test_a_calibration_is_refused_where_the_engine_would_not_heed_it(tmp_path: Path) -> None:
    file = written(tmp_path / "some.csv", [*texts(NEWS, count=60), *texts(BLAME, count=12)])
    named = json.loads(asked(tmp_path, "calibrate", file).out)["calibration"]
    ended = run(tmp_path / "data", "submit", file, "--calibration", named, AURASTREAM_ENGINE="lexicon")
    assert ended.code == 4
    assert "calibration_not_found" in ended.err


@pytest.mark.parametrize("count", [199, 200])
def test_two_hundred_labels_are_enough_for_a_policy_and_one_less_is_not(tmp_path: Path, count: int) -> None:
    ended = asked(tmp_path, "tune", written(tmp_path / "some.csv", texts(PRAISE, BLAME, count=count)))
    if count < 200:
        assert ended.code == 4
        assert "199 different texts" in ended.err
        assert stored(tmp_path) == []
    else:
        report = json.loads(ended.out)
        assert (report["answered_locally"], report["accuracy_there"]) == (1.0, 1.0)
        low, high = report["accuracy_interval"]
        assert 0.95 < low < high == 1.0
        assert [path.stem for path in stored(tmp_path)] == [report["policy"]]


def test_a_handful_of_sure_answers_is_no_policy(tmp_path: Path) -> None:
    file = written(tmp_path / "some.csv", [*texts(UNSURE, count=200), *texts(PRAISE, count=19)])
    ended = asked(tmp_path, "tune", file, "--target", "1")
    assert ended.code == 4
    assert "20 of these texts or more; nothing was stored" in ended.err
    assert stored(tmp_path) == []


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        ("calibrate", "--name", "My own"),
        ("calibrate", "--tenant", "../acme"),
        ("tune", "--name", "../own"),
        ("tune", "--target", "1.1"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(
    tmp_path: Path, command: str, option: str, value: str
) -> None:
    ended = asked(tmp_path, command, written(tmp_path / "some.csv", texts(PRAISE, count=2)), option, value)
    assert ended.code == 2
    assert option in ended.err


@contextmanager
def comprehend(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[ComprehendStandIn, dict[str, str]]]:
    """A stand-in that agrees with the labels, and the settings by which it is asked."""
    answers = {
        text: {name: float(name.lower() == label) for name in ("Positive", "Negative", "Neutral", "Mixed")}
        for text, label in rows
    }
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None), score=replay(answers)) as standin:
        yield (
            standin,
            {
                "AURASTREAM_COMPREHEND_BATCH_TPS": "1000",
                "AWS_ENDPOINT_URL_COMPREHEND": standin.url,
                "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
            },
        )


def test_a_tuned_policy_is_followed_and_says_what_it_saved(tmp_path: Path) -> None:
    rows = [*texts(PRAISE, BLAME, count=200), *texts(GERMAN, count=10)]
    file = written(tmp_path / "some.csv", rows)
    report = json.loads(asked(tmp_path, "tune", file, "--name", "shoes", "--target", "0.95").out)
    assert report["policy"].startswith("shoes@")
    with comprehend(rows) as (standin, settings):
        cascade = settings | {"AURASTREAM_CASCADE_POLICY": report["policy"]}
        first, again = (
            json.loads(asked(tmp_path, "evaluate", file, "--engine", "cascade", **cascade).out)
            for _ in range(2)
        )
        billed = standin.ledger.bill.units
        told = run(tmp_path / "data", "submit", file, **cascade, AURASTREAM_ENGINE="cascade")
    assert report["policy"] in first["engine"]["version"]
    assert billed == 10 * 3
    assert (first["scored"], first["remembered"], again["remembered"]) == (210, 0, 10)
    assert first["usd_per_million"] == again["usd_per_million"] == pytest.approx(300 * 10 / 210)
    assert first["comprehend_usd_per_million"] == pytest.approx(300)
    assert "0 units, 0.0000 USD (Comprehend: 630 units, 0.0630 USD), 630 units saved" in told.out


def test_a_policy_is_tuned_on_what_the_other_engine_said(tmp_path: Path) -> None:
    """An export holds its answers, and a row without one for each text that it skipped."""
    rows = [*texts(PRAISE, BLAME, count=200), *texts(DUTCH, count=3)]
    file, export = written(tmp_path / "some.csv", rows), tmp_path / "export.csv"
    with comprehend(rows) as (_, settings):
        ended = run(
            tmp_path / "data",
            "submit",
            file,
            "--output",
            str(export),
            **settings,
            AURASTREAM_ENGINE="comprehend",
        )
    assert ended.code == 0, ended.err
    report = json.loads(
        run(tmp_path / "data", "--json", "tune", str(export), "--label-column", "aura_sentiment").out
    )
    assert (report["texts"], report["left_out"], report["answered_locally"]) == (200, 3, 1.0)
