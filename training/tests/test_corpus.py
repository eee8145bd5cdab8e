"""What is read from the data's files."""

import csv
import gzip
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest

from training.corpus import CorpusChangedError, Example, evened, hard_target, load_corpus, stressed, text_hash
from training.manifest import DEV_ONE_IN, MIXED_WEIGHT, MOST_EVENED, SOURCES, STAR_TARGETS, Source

ROWS = [
    {"text": "fine", "label": "positive", "soft": "", "stars": ""},
    {"text": "so and so", "label": "mixed", "soft": "", "stars": "3"},
    {"text": "rated", "label": "negative", "soft": "0.7|0.1|0.2|0.0", "stars": ""},
]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=["text", "label", "soft", "stars"])
    writer.writeheader()
    writer.writerows(ROWS)
    packed = gzip.compress(text.getvalue().encode(), mtime=0)
    (tmp_path / "tiny.csv.gz").write_bytes(packed)
    return replace(SOURCES[0], name="tiny", sha256=hashlib.sha256(packed).hexdigest(), smoothing=0.08)


def test_a_label_a_star_and_raters_each_make_a_target(tmp_path: Path, source: Source) -> None:
    label, stars, raters = load_corpus(tmp_path, (source,))
    assert label.target == pytest.approx((0.94, 0.02, 0.02, 0.02))
    assert stars.target == STAR_TARGETS[3]
    assert raters.target == (0.2, 0.7, 0.1, 0.0)
    assert stars.weight == 2.5 * label.weight


def test_another_file_is_refused(tmp_path: Path, source: Source) -> None:
    with pytest.raises(CorpusChangedError):
        load_corpus(tmp_path, (replace(source, sha256="0" * 64),))


def test_the_split_heeds_neither_case_nor_spacing() -> None:
    assert text_hash("Very  good ") == text_hash("very good")
    assert text_hash("very good") != text_hash("very bad")


def test_every_target_is_a_distribution() -> None:
    for target in [*STAR_TARGETS.values(), hard_target("mixed", 0.1)]:
        assert sum(target) == pytest.approx(1)


def test_of_much_praise_a_part_is_taken_and_of_complaints_all(tmp_path: Path, source: Source) -> None:
    kept = load_corpus(tmp_path, (replace(source, praise_one_in=1_000_003),))
    assert [one.label for one in kept] == ["mixed", "negative"]
    assert text_hash("fine") // DEV_ONE_IN % 1_000_003


def test_evening_lifts_a_sources_rare_class_and_leaves_mixed_and_invented_lines_alone() -> None:
    common = [example("positive") for _ in range(9)]
    rare, mixed, made = example("negative"), example("mixed"), example("neutral", source="templates")
    found = evened([*common, rare, mixed, made])
    assert [one.weight for one in found[-3:]] == [MOST_EVENED, 1.0, 1.0]
    assert found[0].weight == pytest.approx((10 / 18) ** 0.5)


def test_invented_contrasts_are_stressed_and_nothing_else() -> None:
    contrast, praise = example("mixed", source="templates"), example("positive", source="templates")
    labelled = example("mixed")
    assert [one.weight for one in stressed([contrast, praise, labelled])] == [MIXED_WEIGHT, 1.0, 1.0]


def example(label: str, text: str = "x", source: str = "reviews") -> Example:
    return Example(
        text=text, label=label, target=hard_target(label, 0.04), weight=1.0, source=source, dev=False
    )
