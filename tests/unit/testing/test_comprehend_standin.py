"""What the stand-in answers an AWS client, and what it refuses."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from aurastream.testing.comprehend import leaning
from aurastream.testing.comprehend.calls import LANGUAGES
from aurastream.testing.comprehend.refusals import STATUS_BY_ERROR
from tests.unit.testing.calling import POISON, ClientOf, Open, batch, code_of, detect

# Errors that AWS's reference calls common to all services, or that services answer unsigned requests with.
COMMON_ERRORS = {
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "ValidationException",
}


@pytest.mark.parametrize(
    ("text", "language", "sentiment"),
    [
        ("I love it, great phone!", "en", "POSITIVE"),
        ("Terrible. It arrived broken.", "en", "NEGATIVE"),
        ("The parcel arrived on Tuesday.", "en", "NEUTRAL"),
        ("Great screen, terrible battery", "en", "MIXED"),
        ("This is not good", "en", "NEGATIVE"),
        ("Der Service war wunderbar", "de", "POSITIVE"),
        ("这个产品不好", "zh", "NEGATIVE"),
        ("这个产品很好", "zh", "POSITIVE"),
    ],
)
def test_obvious_words_lean_the_right_way(
    standin_of: Open, client_of: ClientOf, text: str, language: str, sentiment: str
) -> None:
    client = client_of(standin_of())
    alone = detect(client, text, language)
    [batched] = batch(client, text, language=language)["ResultList"]
    assert alone["Sentiment"] == batched["Sentiment"] == sentiment
    assert alone["SentimentScore"] == batched["SentimentScore"]
    assert sum(alone["SentimentScore"].values()) == pytest.approx(1)


def test_answers_come_shuffled_and_belong_to_their_index(standin_of: Open, client_of: ClientOf) -> None:
    texts = [f"text number {number}" for number in range(25)]
    results = batch(client_of(standin_of(seed=3)), *texts)["ResultList"]
    indexes = [result["Index"] for result in results]
    assert indexes != sorted(indexes)
    assert sorted(indexes) == list(range(25))
    for result in results:
        assert result["SentimentScore"] == leaning(texts[result["Index"]], "en")


def test_the_same_seed_shuffles_the_same_way(standin_of: Open, client_of: ClientOf) -> None:
    def order(seed: int) -> list[int]:
        answer = batch(client_of(standin_of(seed=seed)), *map(str, range(25)))
        return [result["Index"] for result in answer["ResultList"]]

    assert order(1) == order(1) != order(2)


def test_without_shuffling_answers_are_in_order(standin_of: Open, client_of: ClientOf) -> None:
    answer = batch(client_of(standin_of(shuffle=False)), *map(str, range(25)))
    assert [result["Index"] for result in answer["ResultList"]] == list(range(25))


def test_every_answer_has_an_id_of_its_own(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of()
    client = client_of(standin)
    ids = [detect(client, "hello")["ResponseMetadata"]["RequestId"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert [call.request_id for call in standin.ledger.calls] == ids


def test_a_score_function_of_ones_own_decides(standin_of: Open, client_of: ClientOf) -> None:
    asked: list[tuple[str, str]] = []

    def score(text: str, language: str) -> dict[str, float]:
        asked.append((text, language))
        return {"Positive": 0.1, "Negative": 0.1, "Neutral": 0.1, "Mixed": 0.7}

    answer = detect(client_of(standin_of(seams={"score": score})), "olá", "pt")
    assert (answer["Sentiment"], answer["SentimentScore"]["Mixed"]) == ("MIXED", 0.7)
    assert asked == [("olá", "pt")]


@pytest.mark.parametrize(
    "scores", [{"Positive": 1.0}, {"Positive": 0.9, "Negative": 0.9, "Neutral": 0.0, "Mixed": 0.0}]
)
def test_a_score_that_is_no_probability_is_an_error_and_never_an_answer(
    standin_of: Open, client_of: ClientOf, scores: dict[str, float]
) -> None:
    standin = standin_of(seams={"score": lambda _text, _language: scores})
    client = client_of(standin)
    assert code_of(lambda: detect(client, "hello")) == ("InternalServerException", 500)
    answer = batch(client, "hello")
    assert answer["ResultList"] == []
    assert "ValueError" in answer["ErrorList"][0]["ErrorMessage"]
    assert standin.ledger.bill.units == 0


@pytest.mark.parametrize("documents", [1, 24, 25])
def test_up_to_25_documents_are_taken(standin_of: Open, client_of: ClientOf, documents: int) -> None:
    answer = batch(client_of(standin_of()), *["fine"] * documents)
    assert len(answer["ResultList"]) == documents
    assert answer["ErrorList"] == []


def test_26_documents_are_refused_whole(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of()
    client = client_of(standin)
    assert code_of(lambda: batch(client, *["fine"] * 26)) == ("BatchSizeLimitExceededException", 400)
    assert standin.ledger.bill.units == 0


SIZES = [("x", 4_999), ("x", 5_000), ("é", 2_499), ("é", 2_500), ("€", 1_666), ("🎉", 1_249), ("🎉", 1_250)]


@pytest.mark.parametrize(("character", "count"), SIZES)
def test_a_document_of_up_to_5000_bytes_is_taken(
    standin_of: Open, client_of: ClientOf, character: str, count: int
) -> None:
    client = client_of(standin_of())
    assert detect(client, character * count)["Sentiment"]
    assert batch(client, character * count)["ErrorList"] == []


OVERSIZE = [("x", 5_001), ("é", 2_501), ("€", 1_667), ("🎉", 1_251), ("é", 4_999)]


@pytest.mark.parametrize(("character", "count"), OVERSIZE)
def test_bytes_over_5000_are_refused_however_few_the_characters(
    standin_of: Open, client_of: ClientOf, character: str, count: int
) -> None:
    standin = standin_of()
    client = client_of(standin)
    text = character * count
    assert code_of(lambda: detect(client, text)) == ("TextSizeLimitExceededException", 400)
    answer = batch(client, "fine", text, "good")
    assert sorted(result["Index"] for result in answer["ResultList"]) == [0, 2]
    [error] = answer["ErrorList"]
    assert (error["Index"], error["ErrorCode"]) == (1, "TEXT_SIZE_LIMIT_EXCEEDED")
    assert (standin.ledger.bill.documents, standin.ledger.bill.units) == (2, 6)


@pytest.mark.parametrize(("character", "count"), OVERSIZE)
def test_an_oversized_document_can_be_made_to_sink_its_batch(
    standin_of: Open, client_of: ClientOf, character: str, count: int
) -> None:
    standin = standin_of(oversize="call")
    client = client_of(standin)
    refused = code_of(lambda: batch(client, "fine", character * count))
    assert refused == ("TextSizeLimitExceededException", 400)
    assert standin.ledger.bill.units == 0


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_of_the_twelve_languages_is_served(standin_of: Open, client_of: ClientOf, language: str) -> None:
    client = client_of(standin_of())
    assert detect(client, "ok", language)["Sentiment"]
    assert batch(client, "ok", language=language)["ResultList"]


@pytest.mark.parametrize("language", ["xx", "EN", "nl", "zh-CN", "en-US", ""])
@pytest.mark.parametrize("error", ["UnsupportedLanguageException", "ValidationException"])
def test_any_other_language_is_refused_as_set(
    standin_of: Open, client_of: ClientOf, language: str, error: str
) -> None:
    client = client_of(standin_of(language_error=error))
    assert code_of(lambda: detect(client, "ok", language)) == (error, 400)
    assert code_of(lambda: batch(client, "ok", language=language)) == (error, 400)


def test_the_languages_are_those_of_the_model(aws: boto3.Session) -> None:
    model = aws.client("comprehend").meta.service_model
    assert set(model.shape_for("LanguageCode").enum) == LANGUAGES  # type: ignore[attr-defined]


def test_every_error_is_declared_by_the_model_or_common_to_aws(aws: boto3.Session) -> None:
    model = aws.client("comprehend").meta.service_model
    declared = {
        shape.name: shape.metadata["error"]["httpStatusCode"]
        for operation in ("DetectSentiment", "BatchDetectSentiment")
        for shape in model.operation_model(operation).error_shapes
    }
    assert {name: STATUS_BY_ERROR.get(name) for name in declared} == declared
    assert set(STATUS_BY_ERROR) - set(declared) == COMMON_ERRORS


def test_a_poison_text_fails_alone_and_its_neighbours_are_scored(
    standin_of: Open, client_of: ClientOf
) -> None:
    standin = standin_of()
    client = client_of(standin)
    answer = batch(client, "good", POISON, "bad")
    assert sorted(result["Index"] for result in answer["ResultList"]) == [0, 2]
    [error] = answer["ErrorList"]
    assert (error["Index"], error["ErrorCode"]) == (1, "INTERNAL_SERVER_ERROR")
    assert code_of(lambda: detect(client, POISON)) == ("InternalServerException", 500)
    assert standin.ledger.bill.documents == 2


def test_a_poison_text_can_be_made_to_sink_its_call(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of(poison_answer="call")
    client = client_of(standin)
    with pytest.raises(client.exceptions.InvalidRequestException) as refused:
        batch(client, "good", POISON)
    assert refused.value.response["Reason"] == "INVALID_DOCUMENT"  # type: ignore[typeddict-item]
    assert code_of(lambda: detect(client, POISON)) == ("InvalidRequestException", 400)
    assert batch(client, "good")["ErrorList"] == []
    assert standin.ledger.bill.documents == 1


def test_what_is_poison_can_be_any_predicate_or_nothing(standin_of: Open, client_of: ClientOf) -> None:
    client = client_of(standin_of(poison=lambda text: text.endswith("7")))
    assert [error["Index"] for error in batch(client, "5", "6", "7")["ErrorList"]] == [2]
    assert batch(client_of(standin_of(poison="")), POISON)["ErrorList"] == []


def test_documents_that_fail_by_chance_may_succeed_another_time(
    standin_of: Open, client_of: ClientOf
) -> None:
    client = client_of(standin_of(item_error_rate=0.5, seed=1))
    answers = [batch(client, *map(str, range(25))) for _ in range(8)]
    failed = [{error["Index"] for error in answer["ErrorList"]} for answer in answers]
    assert all(0 < len(indexes) < 25 for indexes in failed)
    assert set.intersection(*failed) == set()


def test_another_operation_of_comprehend_is_unknown(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of()
    client = client_of(standin)
    refused = code_of(lambda: client.detect_dominant_language(Text="hello"))
    assert refused == ("UnknownOperationException", 400)
    assert [call.operation for call in standin.ledger.calls] == ["DetectDominantLanguage"]


def test_another_service_is_unknown(aws: boto3.Session, standin_of: Open) -> None:
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    tables = aws.client("dynamodb", endpoint_url=standin_of().url, config=once)
    assert code_of(tables.list_tables) == ("UnknownOperationException", 400)
    tables.close()


def test_no_refusal_and_no_record_holds_the_text(standin_of: Open, client_of: ClientOf) -> None:
    canary = "canary-of-a-customer"

    def score(text: str, _language: str) -> dict[str, float]:
        raise RuntimeError(text)

    standin = standin_of(poison="", seams={"score": score})
    client = client_of(standin)
    told: list[str] = [str(batch(client, canary, canary * 300)["ErrorList"])]
    refused: list[Callable[[], Any]] = [
        lambda: detect(client, canary),
        lambda: detect(client, canary * 300),
        lambda: detect(client, canary, "nl"),
        lambda: batch(client, *[canary] * 26),
    ]
    for call in refused:
        with pytest.raises(ClientError) as refusal:
            call()
        told.append(str(refusal.value.response))
    told.append(repr(standin.ledger.calls) + repr(standin.ledger.bill))
    assert canary not in "".join(told)
