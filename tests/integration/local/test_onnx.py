"""A classifier of one's own, from the files that an exporter writes to a scored file, by settings alone."""

import csv
import json
from pathlib import Path

import pytest

from tests.integration.cli.command import Ran, run
from tests.onnx_model import write_export

ROWS = (("I love this table", "positive"), ("I hate this awful table", "negative"), ("a table", "neutral"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *ROWS])
    return path


def asked(tmp_path: Path, *arguments: str, stdin: str = "") -> Ran:
    model = tmp_path / "model"
    if not model.exists():
        write_export(model)
    return run(
        tmp_path / "data", *arguments, stdin=stdin, AURASTREAM_ENGINE="onnx", AURASTREAM_ONNX_DIR=str(model)
    )


def test_it_answers_one_text_and_a_stream(tmp_path: Path) -> None:
    assert asked(tmp_path, "analyze", "What a wonderful table").out.startswith("POSITIVE")
    told = asked(tmp_path, "analyze", "--ndjson", stdin='{"text": "awful"}\n{"text": "wonderful"}\n')
    outcomes = [json.loads(line) for line in told.out.splitlines()]
    assert [outcome["sentiment"] for outcome in outcomes] == ["NEGATIVE", "POSITIVE"]
    assert {outcome["engine"]["name"] for outcome in outcomes} == {"onnx"}


def test_it_scores_a_file_and_is_measured_on_its_labels(tmp_path: Path, file: Path) -> None:
    job = json.loads(asked(tmp_path, "--json", "submit", str(file), "--text-column", "text").out)
    assert (job["status"], job["counts"]["succeeded"], job["cost"]["usd"]) == ("SUCCEEDED", 3, 0)
    lines = asked(tmp_path, "results", job["job_id"]).out.splitlines()
    assert [json.loads(line)["sentiment"].lower() for line in lines] == [label for _, label in ROWS]
    report = json.loads(asked(tmp_path, "--json", "evaluate", str(file), "--label-column", "label").out)
    assert (report["engine"]["name"], report["scored"], report["accuracy"]) == ("onnx", 3, 1.0)


def test_files_that_cannot_be_used_are_told_of_with_what_to_do(tmp_path: Path) -> None:
    write_export(tmp_path / "model", names=("LABEL_0", "LABEL_1", "LABEL_2"))
    told = asked(tmp_path, "analyze", "a table")
    assert told.code == 2
    assert "AURASTREAM_ONNX_DIR" in told.err
    assert "labels.json" in told.err
