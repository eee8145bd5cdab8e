"""Which texts are plain English, and what it costs to know."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.adapters.local import langid_detector
from aurastream.adapters.local.langid_detector import LangidDetector
from aurastream.adapters.local.plain_english import is_plain_english
from aurastream.domain.language import ENGLISH
from tests.contracts.test_language_detector import SENTENCES, UNSERVED

PLAIN = [
    "The order came two weeks late and nobody answers my letters.",
    "I don’t think so – it’s OK 🎉",
    "THIS IS THE THIRD TIME I AM WRITING TO YOU",
    "thank you so much for the quick reply",
    "I will never order from you again.",
    "works great",
    "where the hell is my refund??",
    "Great quality and a good price",
    "Don’t. It’s odd",
    "What time do you open on Saturday?",
]

FOREIGN = [
    *(text for code, text in [*SENTENCES.items(), *UNSERVED.items()] if code != "en"),
    "So was ist nichts mehr wert",
    "No no, me he equivocado",
    "Ich will wissen, was los ist!",
    "Die Hose war so toll, die will man an",
    "on me dit que no",
    "De bestelling is te laat en er is geen antwoord, dat is niet wat ik wil",
    "Jeg er glad for at det her er i orden",
    "Det er for dyrt at have for lidt tid",
    "It is naïve of you and me",
    "Привет my friend, how are you",
    "",
    "1234 5678",
    "order",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_english_is_seen_at_a_glance(text: str) -> None:
    assert is_plain_english(text)


@pytest.mark.parametrize("text", FOREIGN)
def test_whatever_else_it_might_be_is_looked_at_closely(text: str) -> None:
    assert not is_plain_english(text)


@given(text=st.text())
def test_any_text_can_be_glanced_at(text: str) -> None:
    assert is_plain_english(text) in (True, False)


def test_plain_english_loads_no_model() -> None:
    detector = LangidDetector()
    assert list(detector.detect(PLAIN)) == [ENGLISH] * len(PLAIN)
    assert detector._model is None


def test_the_library_is_loaded_at_the_first_need_and_not_before() -> None:
    script = (
        "import sys; from aurastream.adapters.local.langid_detector import LangidDetector;"
        "detector = LangidDetector(); detector.detect(['this is what we have']);"
        "print([name for name in ('py3langid', 'numpy') if name in sys.modules]);"
        "detector.detect(['Die Bestellung kam zu spät']); print('py3langid' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["[]", "True"]


def test_a_model_that_is_kept_another_way_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*SENTENCES.values(), *UNSERVED.values()]
    ours = LangidDetector().detect(texts)

    def unknown(path: Path) -> None:
        raise KeyError(path.name)

    monkeypatch.setattr(langid_detector, "_read", unknown)
    assert LangidDetector().detect(texts) == ours
