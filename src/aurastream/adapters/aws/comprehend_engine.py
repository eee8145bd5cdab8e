"""Amazon Comprehend, two of its calls."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from aurastream.adapters.aws.errors import engine_errors
from aurastream.domain.document import Document, is_blank
from aurastream.domain.engine import Call, EngineId, EngineLimits
from aurastream.domain.language import Language
from aurastream.domain.outcome import FailureCode, Outcome, failed
from aurastream.domain.pricing import units_of
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from aurastream.ports.clock import Clock
from aurastream.ports.sentiment_engine import SentimentEngine

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_comprehend.literals import LanguageCodeType
    from mypy_boto3_comprehend.type_defs import SentimentScoreTypeDef

# The version of the API: AWS tells nothing of the model behind it.
COMPREHEND = EngineId(name="comprehend", version="2017-11-27")
LANGUAGES = frozenset(
    map(Language, ["en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"])
)
LIMITS = EngineLimits(max_documents=25, max_bytes=5_000, languages=LANGUAGES, one_language=True)

_HOPELESS = frozenset(
    {"TEXTSIZELIMITEXCEEDED", "INVALIDREQUEST", "UNSUPPORTEDLANGUAGE", "VALIDATION", "SERIALIZATION"}
)


class ComprehendEngine(SentimentEngine):
    """
    DetectSentiment for one document, BatchDetectSentiment for more; one attempt a call.

    No call can be broken off: its client's timeouts, and who paces it, see to it that it fits its deadline.
    """

    def __init__(self, client: "ComprehendClient", *, clock: Clock) -> None:
        self._client, self._clock = client, clock

    @property
    def identity(self) -> EngineId:
        return COMPREHEND

    @property
    def limits(self) -> EngineLimits:
        return LIMITS

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        if not documents:
            return []
        language = _checked(documents)
        call.must_still_matter(self._clock.monotonic())
        if len(documents) == 1:
            return [self._one(documents[0], language)]
        return self._many(documents, language)

    def _one(self, document: Document, language: "LanguageCodeType") -> Outcome:
        with engine_errors():
            answer = self._client.detect_sentiment(Text=document.text, LanguageCode=language)
        return _scored(document, answer["Sentiment"], answer["SentimentScore"])

    def _many(self, documents: Sequence[Document], language: "LanguageCodeType") -> list[Outcome]:
        with engine_errors():
            answer = self._client.batch_detect_sentiment(
                TextList=[document.text for document in documents], LanguageCode=language
            )
        # A document that is in neither list was lost on the way: another try may find it.
        outcomes = {
            index: failed(document.id, FailureCode.ENGINE_UNAVAILABLE, retryable=True)
            for index, document in enumerate(documents)
        }
        for error in answer["ErrorList"]:
            if _is_hopeless(error.get("ErrorCode", "")):
                index = error["Index"]
                outcomes[index] = failed(documents[index].id, FailureCode.ENGINE_REJECTED)
        for result in answer["ResultList"]:
            index = result["Index"]
            outcomes[index] = _scored(documents[index], result["Sentiment"], result["SentimentScore"])
        return [outcomes[index] for index in range(len(documents))]


def _checked(documents: Sequence[Document]) -> "LanguageCodeType":
    """The one language of documents that a call can carry; anything else is the caller's mistake."""
    if len(documents) > (LIMITS.max_documents or 0):
        raise ValueError("too many documents for one call")
    if any(is_blank(document.text) for document in documents):
        raise ValueError("a document says nothing")
    if max(_bytes_of(document.text) for document in documents) > (LIMITS.max_bytes or 0):
        raise ValueError("a document is too large")
    spoken = {document.language for document in documents}
    if len(spoken) > 1:
        raise ValueError("the documents of one call share one language")
    language = spoken.pop()
    if language not in LANGUAGES:
        raise ValueError("a document is in a language that is not served, or in none")
    return cast("LanguageCodeType", language)


def _bytes_of(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise ValueError("a document is not valid Unicode") from None  # the error holds the text


def _is_hopeless(code: str) -> bool:
    """AWS does not list the codes of single documents; they come as INVALID_REQUEST and the like."""
    return "".join(filter(str.isalpha, code)).upper().removesuffix("EXCEPTION") in _HOPELESS


def _scored(document: Document, sentiment: str, scores: "SentimentScoreTypeDef") -> Outcome:
    return Outcome(
        id=document.id,
        result=SentimentResult(
            sentiment=Sentiment(sentiment),
            # They are rounded on the way and add up to 1 only nearly.
            scores=Scores.normalised(
                scores["Positive"], scores["Negative"], scores["Neutral"], scores["Mixed"]
            ),
            language=document.text_language,
            engine=COMPREHEND,
        ),
        units=units_of(len(document.text)),
    )
