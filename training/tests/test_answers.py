"""The teacher's answers, as a stand-in for Comprehend replays them."""

import csv
from pathlib import Path

import pytest

from aurastream.testing.comprehend import recorded_answers, replay
from training import answers
from training.answers import ASKED, write_answers
from training.corpus import Example
from training.tests.examples import HearsNames, example, shares_of

TWEETS = ASKED[0]
KEPT = [
    example('a "mixed", quoted\ntext', "mixed", TWEETS, dev=True),
    example("a negative one", "negative", ASKED[1], dev=True),
]
OTHERS = [
    example("learnt from", "positive", TWEETS),
    example("of no source that is asked", "neutral", "goemotions", dev=True),
]


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> list[Example]:
    """What the teacher was tuned on."""
    seen: list[Example] = []

    def judge(_work: Path, examples: list[Example]) -> HearsNames:
        seen.extend(examples)
        return HearsNames()

    monkeypatch.setattr(answers, "judge", judge)
    monkeypatch.setattr(answers, "load_corpus", lambda _folder: [*KEPT, *OTHERS])
    monkeypatch.setattr(answers, "TEMPLATE_LINES", 5)
    return seen


def test_only_texts_that_were_kept_from_the_teacher_are_asked(tmp_path: Path, learnt: list[Example]) -> None:
    write_answers(tmp_path, tmp_path, tmp_path / "new" / "folder")
    with (tmp_path / "new" / "folder" / "labelled.csv").open(encoding="utf-8", newline="") as file:
        labelled = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    assert labelled == [(one.text, one.label) for one in KEPT]
    assert not {one.text for one in learnt} & {one.text for one in KEPT}
    assert "learnt from" in {one.text for one in learnt}


@pytest.mark.usefixtures("learnt")
def test_the_stand_in_replays_what_the_teacher_said(tmp_path: Path) -> None:
    write_answers(tmp_path, tmp_path, tmp_path)
    recorded = recorded_answers(tmp_path / "answers.csv")
    assert set(recorded) == {one.text for one in KEPT}
    speaks = replay(recorded)
    for one in KEPT:
        positive, negative, neutral, mixed = shares_of([one.text])[0]
        assert speaks(one.text, "en") == pytest.approx(
            {"Positive": positive, "Negative": negative, "Neutral": neutral, "Mixed": mixed}
        )
