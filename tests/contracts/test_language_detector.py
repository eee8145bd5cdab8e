"""What every LanguageDetector promises, and who promises it."""

import pytest

from aurastream.adapters.local.langid_detector import LangidDetector
from aurastream.domain.language import ENGLISH, Language
from aurastream.ports.language_detector import LanguageDetector
from tests.contracts.racing import race
from tests.fakes import FakeLanguageDetector

SENTENCES = {
    "en": "The order came two weeks late and nobody answers my letters.",
    "es": "El pedido llegó con dos semanas de retraso y nadie contesta a mis correos.",
    "fr": "La commande est arrivée avec deux semaines de retard et personne ne répond.",
    "de": "Die Bestellung kam zwei Wochen zu spät, und niemand beantwortet meine Briefe.",
    "it": "L'ordine è arrivato con due settimane di ritardo e nessuno risponde alle mie lettere.",
    "pt": "A encomenda chegou com duas semanas de atraso e ninguém responde às minhas mensagens.",
    "ar": "وصل الطلب متأخرا أسبوعين ولا أحد يرد على رسائلي.",
    "hi": "ऑर्डर दो हफ्ते देर से आया और कोई मेरे पत्रों का जवाब नहीं देता।",
    "ja": "注文が二週間遅れて届き、メールに誰も返事をくれません。",
    "ko": "주문이 이 주나 늦게 도착했고 아무도 제 편지에 답하지 않습니다.",
    "zh": "订单晚到了两个星期,我写了三封邮件,但是一直没有人回复我。",
}

UNSERVED = {
    "ru": "Заказ пришёл с опозданием на две недели, и никто не отвечает на мои письма.",
    "nl": "De bestelling kwam twee weken te laat en niemand beantwoordt mijn brieven.",
    "pl": "Zamówienie przyszło dwa tygodnie za późno i nikt nie odpowiada na moje listy.",
    "tr": "Sipariş iki hafta geç geldi ve kimse mektuplarıma cevap vermiyor.",
    "he": "ההזמנה הגיעה באיחור של שבועיים ואף אחד לא עונה להודעות שלי.",
}

AWKWARD = ["", " ", "\x00", "🎉🎉", "42", "....", "a", "\ud800 lone", "é" * 50, "x" * 100_000, "\u202e\u200b"]


class LanguageDetectorContract:
    """Every detector, everywhere."""

    @pytest.fixture
    def detector(self) -> LanguageDetector:
        raise NotImplementedError

    def test_no_text_has_no_language(self, detector: LanguageDetector) -> None:
        assert list(detector.detect([])) == []

    def test_each_text_gets_one_answer_whatever_it_holds(self, detector: LanguageDetector) -> None:
        found = detector.detect(AWKWARD)
        assert len(found) == len(AWKWARD)
        assert all(language is None or language.isascii() for language in found)

    def test_answers_come_in_the_order_of_the_texts(self, detector: LanguageDetector) -> None:
        texts = [*SENTENCES.values(), *AWKWARD, *SENTENCES.values()]
        assert list(detector.detect(texts)) == [detector.detect([text])[0] for text in texts]

    def test_what_it_knows_is_known(self, detector: LanguageDetector) -> None:
        assert list(detector.detect([SENTENCES["en"]])) == [ENGLISH]

    def test_many_may_ask_at_once(self, detector: LanguageDetector) -> None:
        texts = list(SENTENCES.values())
        results = race(lambda _: list(detector.detect(texts)))
        assert results == [list(detector.detect(texts))] * 20


class KnowsLanguages:
    """Detectors that understand what they read."""

    @pytest.mark.parametrize("code", SENTENCES)
    def test_a_plain_sentence_is_known(self, detector: LanguageDetector, code: str) -> None:
        assert list(detector.detect([SENTENCES[code]])) == [Language(code)]

    @pytest.mark.parametrize("code", UNSERVED)
    def test_a_language_that_no_engine_serves_is_not_mistaken_for_one_that_is(
        self, detector: LanguageDetector, code: str
    ) -> None:
        [found] = detector.detect([UNSERVED[code]])
        assert found not in SENTENCES

    @pytest.mark.parametrize(
        "text",
        [
            "Great fit",
            "where the hell is my refund??",
            "omg thx guys u rock",
            "I don’t think so – it’s OK 🎉",
            "THIS IS THE THIRD TIME I AM WRITING TO YOU",
            "Café closed, no refund. Naïve me!",
            "order 48213 refund pls",
        ],
    )
    def test_careless_english_is_english_or_not_sure(self, detector: LanguageDetector, text: str) -> None:
        assert detector.detect([text])[0] in (ENGLISH, None)

    @pytest.mark.parametrize("text", ["", "42", "🎉🎉", "....", "https://example.com/a?b=1", "#12-34/56"])
    def test_what_is_no_language_is_not_taken_for_a_foreign_one(
        self, detector: LanguageDetector, text: str
    ) -> None:
        assert detector.detect([text])[0] in (ENGLISH, None)


class TestFakeLanguageDetector(LanguageDetectorContract):
    @pytest.fixture
    def detector(self) -> LanguageDetector:
        return FakeLanguageDetector({text: Language(code) for code, text in SENTENCES.items()})


@pytest.fixture(scope="module")
def langid() -> LangidDetector:
    """One for all tests, since its model takes long to load and it keeps nothing else."""
    return LangidDetector()


class TestLangidDetector(LanguageDetectorContract, KnowsLanguages):
    @pytest.fixture
    def detector(self, langid: LangidDetector) -> LanguageDetector:
        return langid
