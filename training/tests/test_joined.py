"""Longer texts made of short ones."""

from training.corpus import Example, hard_target
from training.joined import LEAST, MOST_PARTS, joined
from training.manifest import ALIKE_JOINED, CONTRASTS_JOINED


def texts(label: str, word: str, source: str = "reviews", count: int = LEAST) -> list[Example]:
    return [
        Example(
            text=f"{word} number {number}",
            label=label,
            target=hard_target(label, 0.04),
            weight=1.0,
            source=source,
            dev=False,
        )
        for number in range(count)
    ]


def test_parts_of_one_feeling_keep_it_and_of_both_are_mixed() -> None:
    found = joined([*texts("positive", "praise"), *texts("negative", "blame"), *texts("neutral", "fact")], 1)
    assert len(found) == ALIKE_JOINED + CONTRASTS_JOINED
    for one in found:
        praise, blame = one.text.count("praise"), one.text.count("blame")
        assert (praise > 0, blame > 0) == (
            one.label in ("positive", "mixed"),
            one.label in ("negative", "mixed"),
        )
        assert 2 <= praise + blame + one.text.count("fact") <= MOST_PARTS + 1
    assert sum(one.label == "positive" for one in found) == sum(one.label == "negative" for one in found)


def test_only_one_sources_texts_are_joined() -> None:
    examples = [
        one
        for source in ("shop", "cinema")
        for label, word in (("positive", "praise"), ("negative", "blame"))
        for one in texts(label, f"{word} {source}", source)
    ]
    assert not [one for one in joined(examples, 1) if "shop" in one.text and "cinema" in one.text]


def test_the_same_seed_joins_the_same_and_a_source_of_praise_alone_nothing() -> None:
    examples = [*texts("positive", "praise"), *texts("negative", "blame")]
    assert joined(examples, 1) == joined(examples, 1) != joined(examples, 2)
    assert joined(texts("positive", "praise"), 1) == []
    assert joined([*examples[:LEAST], *examples[LEAST + 1 :]], 1) == []
