"""Which texts are plain English, and what it costs to know."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from aurastream.adapters.local.langid_detector import MODEL, NEIGHBOURS, SERVED, LangidDetector
from aurastream.adapters.local.plain_english import is_plain_english
from aurastream.domain.language import ENGLISH
from tests.contracts.test_language_detector import SENTENCES, UNSERVED
from training.languages import ours

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


def test_what_is_shipped_is_what_the_library_holds_of_our_languages() -> None:
    with np.load(MODEL, allow_pickle=False) as shipped:
        for name, theirs in ours().items():
            assert np.array_equal(shipped[name], theirs), name


def test_it_answers_as_the_library_itself_told_to_know_our_languages() -> None:
    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    library.set_languages([*SERVED, *NEIGHBOURS])
    detector = LangidDetector()
    foreign = [text for text in FOREIGN if text]
    assert [detector._loaded().rank(text) for text in foreign] == [library.rank(text) for text in foreign]
