"""The whole run, with a small network and stand-ins for what takes long."""

import json
from pathlib import Path

import numpy as np
import pytest

from aurastream.adapters.local.embedded_model import load_model
from training import __main__ as command
from training import making
from training.golden import SENTENCES
from training.making import CARD, GOLDEN, MODEL, make_model, pieces, with_opinions
from training.manifest import CLASSES, PIECE_WEIGHT, SOURCES, TAUGHT
from training.measures import Measures
from training.network import Shape
from training.outside import SETS
from training.recipe import vocabulary
from training.tests.examples import HearsNames, example, shares_of

SMALL = Shape(word=8, filters=8, epochs=1)
CORPUS = [
    example(f"{label} text number {number}", label, source.name, dev=number == 0)
    for source in SOURCES
    for label in CLASSES
    for number in range(3)
]
FIGURES = Measures(rows=4, accuracy=0.5, macro_f1=0.25, calibration_error=0.125, coverage=0.0625)
COMPARED = dict.fromkeys(("ours", "VADER", "VADER + head"), FIGURES)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data are made up, the teacher hears names, and nothing is measured elsewhere."""
    for name, stand_in in {
        "load_corpus": lambda _data: CORPUS,
        "TEMPLATE_LINES": 60,
        "UNSEEN_LINES": 40,
        "PIECES": 30,
        "whole_words": list,
        "vocabulary": lambda examples, known: vocabulary(examples, known)[:300],
        "Shape": lambda: SMALL,
        "judge": lambda _work, _examples: HearsNames(),
        "plain_vectors": lambda _work, words: HearsNames().vectors(words),
        "leave_one_out": lambda *_: {source.name: COMPARED for source in SOURCES},
        "outside": lambda *_: {one.name: COMPARED for one in SETS},
    }.items():
        monkeypatch.setattr(making, name, stand_in)


@pytest.mark.usefixtures("quick")
def test_a_run_writes_a_model_its_golden_numbers_and_its_card_that_fit(tmp_path: Path) -> None:
    for path in (CARD, GOLDEN):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    make_model(tmp_path, tmp_path, tmp_path, tmp_path)

    model = load_model(tmp_path / MODEL)
    assert model.languages == {"en"}
    golden = json.loads((tmp_path / GOLDEN).read_text(encoding="utf-8"))
    assert len(golden) == SENTENCES
    told = model.logits([row["text"] for row in golden])
    assert np.abs(told - np.array([row["logits"] for row in golden])).max() < 1e-4
    assert model.calibration.probabilities(told) == pytest.approx(
        np.array([row["scores"] for row in golden]), abs=1e-5
    )
    card = (tmp_path / CARD).read_text(encoding="utf-8")
    assert model.version in card
    assert f"{(tmp_path / MODEL).stat().st_size / 1e6:.2f} MB" in card
    assert all(source.sha256 in card and f"`{source.name}`" in card for source in SOURCES)
    assert all(f"`{one.name}`: 4 texts" in card for one in SETS)
    assert "| **mean** | 0.500 / 0.250 | 0.500 / 0.250 | 0.500 / 0.250 | 0.125 " in card
    assert "$" not in card


def test_a_label_is_mixed_with_what_the_teacher_sees_and_an_invented_line_keeps_its_own() -> None:
    labelled, invented = example("negative", "positive"), example("mixed", "neutral", "templates")
    kept, mixed = with_opinions([labelled, invented], HearsNames())  # type: ignore[arg-type]
    assert kept == invented
    seen = shares_of(["negative"])[0]
    assert mixed.target == pytest.approx(tuple((1 - TAUGHT) * np.array(labelled.target) + TAUGHT * seen))
    assert (mixed.label, mixed.text) == (labelled.label, labelled.text)


@pytest.mark.usefixtures("quick")
def test_of_pieces_the_teacher_alone_says_what_they_are() -> None:
    examples = [example("negative"), example("invented", "neutral", "templates")]
    vectors = np.eye(20, dtype=np.float32)
    words = ["not", *(f"word{'abcdefghijklmnopqrs'[n]}" for n in range(19))]
    found = pieces(examples, words, vectors, HearsNames())  # type: ignore[arg-type]
    assert {(one.text, one.label, one.weight, one.dev) for one in found} == {
        ("negative", "negative", PIECE_WEIGHT, False)
    }
    assert found[0].target == pytest.approx(tuple(shares_of(["negative"])[0]))


def test_the_command_line_says_which_run_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[object, ...]] = []
    monkeypatch.setattr(command, "make_model", lambda *given: ran.append(("model", *given)))
    monkeypatch.setattr(command, "write_answers", lambda *given: ran.append(("answers", *given)))
    data = ["--data", str(tmp_path)]
    for said in ["model", *data], ["answers", str(tmp_path / "into"), *data, "--work", str(tmp_path)]:
        monkeypatch.setattr("sys.argv", ["training", *said])
        command.main()
    assert ran == [
        ("model", tmp_path, command.PACKAGES, command.WORK, command.ROOT),
        ("answers", tmp_path, tmp_path, tmp_path / "into"),
    ]
