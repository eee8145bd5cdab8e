"""On one machine what no model reads is skipped; a model is a file; a cascade hands on the rest."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests.integration.cli.command import run, serving
from tests.language_model import add_model
from tests.languages import ARABIC, DUTCH, ENGLISH, EVERY, GERMAN

UNREAD = "unsupported_language"


@pytest.fixture
def cascade() -> Iterator[Mapping[str, str]]:
    """The settings of a cascade that trusts no answer of the embedded engine."""
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None)) as standin:
        yield {
            "AURASTREAM_ENGINE": "cascade",
            "AURASTREAM_CASCADE_THRESHOLD": "1",
            "AWS_ENDPOINT_URL_COMPREHEND": standin.url,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }


def told(outcomes: list[Any]) -> dict[str, str]:
    """By text, the language and the engine that answered with its reason, or why none did."""
    return {
        text: outcome["error"]["code"]
        if "error" in outcome
        else " ".join(
            (outcome["language"]["code"], outcome["engine"]["name"], outcome["engine"].get("reason", ""))
        ).strip()
        for text, outcome in zip(EVERY, outcomes, strict=True)
    }


def streamed(data: Path, **settings: str) -> dict[str, str]:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in EVERY)
    return told(
        [
            json.loads(line)
            for line in run(data, "analyze", "--ndjson", stdin=lines, **settings).out.splitlines()
        ]
    )


def submitted(data: Path, **settings: str) -> dict[str, str]:
    file = data.with_name("texts.txt")
    file.write_text("".join(f"{text}\n" for text in EVERY), encoding="utf-8")
    job = json.loads(run(data, "--json", "submit", str(file), **settings).out)
    return told([json.loads(line) for line in run(data, "results", job["job_id"]).out.splitlines()])


def over_http(data: Path, **settings: str) -> dict[str, str]:
    with serving(data, **settings) as url:
        lines = "".join(json.dumps({"text": text}) + "\n" for text in EVERY)
        return told(
            [
                json.loads(line)
                for line in run(data, "--url", url, "analyze", "--ndjson", stdin=lines).out.splitlines()
            ]
        )


AT_ONCE_OR_LATER = pytest.mark.parametrize("way", [streamed, submitted])
EVERY_WAY = pytest.mark.parametrize("way", [streamed, submitted, over_http])


@EVERY_WAY
def test_offline_what_no_model_reads_is_skipped_and_never_scored(tmp_path: Path, way: Any) -> None:
    assert way(tmp_path / "data") == {
        ENGLISH: "en embedded",
        GERMAN: UNREAD,
        ARABIC: UNREAD,
        DUTCH: UNREAD,
    }


@AT_ONCE_OR_LATER
def test_a_model_file_is_all_that_a_further_language_needs(tmp_path: Path, way: Any) -> None:
    add_model(tmp_path / "data" / "models", "de", "nl")
    assert way(tmp_path / "data") == {
        ENGLISH: "en embedded",
        GERMAN: "de embedded",
        ARABIC: UNREAD,
        DUTCH: "nl embedded",
    }


@AT_ONCE_OR_LATER
def test_a_cascade_hands_on_what_its_model_does_not_read(
    tmp_path: Path, way: Any, cascade: Mapping[str, str]
) -> None:
    assert way(tmp_path / "data", **cascade) == {
        ENGLISH: "en comprehend unsure",
        GERMAN: "de comprehend language",
        ARABIC: "ar comprehend language",
        DUTCH: UNREAD,
    }


@EVERY_WAY
def test_in_a_cascade_a_model_file_answers_where_comprehend_cannot(
    tmp_path: Path, way: Any, cascade: Mapping[str, str]
) -> None:
    add_model(tmp_path / "data" / "models", "de", "nl")
    assert way(tmp_path / "data", **cascade) == {
        ENGLISH: "en comprehend unsure",
        GERMAN: "de comprehend unsure",
        ARABIC: "ar comprehend language",
        DUTCH: "nl embedded language",
    }
