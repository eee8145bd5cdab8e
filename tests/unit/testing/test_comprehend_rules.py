"""The rules inside the stand-in: scores, chance, quota, recorded answers."""

from collections import Counter
from math import isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.testing.comprehend import ComprehendSettings, leaning, recorded_answers, replay
from aurastream.testing.comprehend.dice import Dice, Fault
from aurastream.testing.comprehend.quota import TokenBucket
from aurastream.testing.comprehend.scoring import CLASSES

TEXTS = st.text(min_size=1, max_size=200)
RATES = st.floats(0.1, 1_000)


@given(text=TEXTS, language=st.sampled_from(["en", "ja", "zh-TW"]))
def test_every_text_has_four_probabilities_and_always_the_same(text: str, language: str) -> None:
    scores = leaning(text, language)
    assert tuple(scores) == CLASSES
    assert all(0 < share < 1 for share in scores.values())
    assert isclose(sum(scores.values()), 1)
    assert leaning(text, language) == scores


@given(texts=st.lists(TEXTS, min_size=2, max_size=10, unique=True))
def test_no_two_texts_share_their_scores(texts: list[str]) -> None:
    answers = {tuple(leaning(text, "en").values()) for text in texts}
    assert len(answers) == len(texts)


class Bench:
    """A bucket and the time it lives in."""

    def __init__(self, rate: float, burst: float) -> None:
        self.now = 0.0
        self.bucket = TokenBucket(rate, burst, lambda: self.now)


@given(rate=RATES, burst=st.floats(0, 3), waits=st.lists(st.floats(0, 1), max_size=100))
def test_a_bucket_never_passes_more_than_its_burst_and_its_rate(
    rate: float, burst: float, waits: list[float]
) -> None:
    bench = Bench(rate, burst)
    passed = 0
    for wait in waits:
        bench.now += wait
        passed += bench.bucket.take()
    assert passed <= max(1, rate * burst) + rate * bench.now + 1e-6


@given(rate=RATES, calls=st.integers(1, 200))
def test_a_client_that_keeps_to_the_rate_is_never_throttled(rate: float, calls: int) -> None:
    bench = Bench(rate, 0)
    for call in range(calls):
        bench.now = call / rate
        assert bench.bucket.take()


def test_a_retuned_bucket_keeps_what_it_had_up_to_its_new_size() -> None:
    bench = Bench(10, 1)
    for _ in range(9):
        bench.bucket.take()
    bench.bucket.retune(100, 1)
    assert [bench.bucket.take() for _ in range(2)] == [True, False]
    bench.now += 10
    bench.bucket.retune(2, 1)
    assert [bench.bucket.take() for _ in range(3)] == [True, True, False]


def test_faults_come_in_their_shares() -> None:
    settings = ComprehendSettings(
        throttle_rate=0.1,
        error_rate=0.2,
        unavailable_rate=0.1,
        reset_rate=0.2,
        reset_billed_share=0.25,
        stall_rate=0.1,
    )
    dice = Dice(seed=7)
    drawn = Counter(dice.fault(settings) for _ in range(20_000))
    shares = {fault: drawn[fault] / 20_000 for fault in (None, *Fault)}
    expected: dict[Fault | None, float] = {
        None: 0.3,
        Fault.THROTTLED: 0.1,
        Fault.ERROR: 0.2,
        Fault.UNAVAILABLE: 0.1,
        Fault.LOST_REQUEST: 0.15,
        Fault.LOST_ANSWER: 0.05,
        Fault.STALL: 0.1,
    }
    assert shares == pytest.approx(expected, abs=0.01)


def test_other_chances_do_not_shift_the_faults() -> None:
    settings = ComprehendSettings(error_rate=0.5, latency_ms=5, latency_sigma=1)
    plain, busy = Dice(seed=1), Dice(seed=1)
    expected = [plain.fault(settings) for _ in range(50)]
    seen = []
    for _ in range(50):
        busy.seconds(settings)
        busy.fails(0.5)
        busy.disordered(range(25))
        busy.request_id()
        seen.append(busy.fault(settings))
    assert seen == expected


def test_what_befalls_calls_says_nothing_of_what_befalls_documents() -> None:
    dice, settings = Dice(seed=1), ComprehendSettings(error_rate=0.5)
    together = Counter((dice.fault(settings) is Fault.ERROR, dice.fails(0.5)) for _ in range(4_000))
    assert all(
        900 < together[calls, documents] < 1_100 for calls in (True, False) for documents in (True, False)
    )


def test_a_rate_of_nothing_and_of_everything_is_exact() -> None:
    dice = Dice(seed=0)
    assert {dice.fault(ComprehendSettings()) for _ in range(1_000)} == {None}
    assert {dice.fault(ComprehendSettings(stall_rate=1)) for _ in range(1_000)} == {Fault.STALL}


def test_recorded_answers_are_replayed_and_others_are_not_invented(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(
        "\ufefftext,Positive,negative,neutral,mixed,label\n"
        '"good, ""really""",0.7,0.1,0.1,0.1,x\n'
        "meh,0,0,1,0,y\n",
        encoding="utf-8",
    )
    score = replay(recorded_answers(file))
    assert score('good, "really"', "en") == {"Positive": 0.7, "Negative": 0.1, "Neutral": 0.1, "Mixed": 0.1}
    assert score("meh", "de")["Neutral"] == 1
    with pytest.raises(KeyError):
        score("never seen", "en")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "no column mixed, negative, neutral, positive, text"),
        ("text,positive,negative,neutral\n", "no column mixed"),
        ("text,positive,negative,neutral,mixed\na,1,1,0,0\n", "line 2"),
        ("text,positive,negative,neutral,mixed\na,1,0,0\n", "line 2"),
        ('text,positive,negative,neutral,mixed\na,0,0,1,0\n"b"x,0,0,1,0\n', "line 3"),
        ("text,positive,negative,neutral,mixed\na,much,0,1,0\n", "line 2"),
    ],
)
def test_recorded_answers_that_make_no_sense_are_refused(
    tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        recorded_answers(file)
