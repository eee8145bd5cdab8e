"""What is answered at once."""

import pytest

from aurastream.testing.comprehend import text_key
from tests.e2e.calling import Caller
from tests.e2e.conftest import Comprehend

pytestmark = pytest.mark.slow

MIXED = [
    ("en", "The support was wonderful and quick, thank you so much for everything."),
    ("de", "Das Paket kam kaputt an und niemand hat mir geholfen, ich bin sehr enttäuscht."),
    ("fr", "Je suis vraiment très content de cette commande, merci beaucoup à toute l'équipe."),
    ("es", "El producto llegó tarde y en muy mal estado, no lo recomiendo a nadie."),
    ("it", "Il servizio è stato davvero eccellente e il personale molto gentile con noi."),
]


def test_a_chat_message_is_answered_with_its_sentiment(alice: Caller, comprehend: Comprehend) -> None:
    text = "I love how quick this was, thank you!"

    outcome = alice.answer({"text": text, "mode": "SYNC", "id": "m1"})

    assert (outcome["id"], outcome["status"]) == ("m1", "SUCCEEDED")
    assert outcome["sentiment"] in ("POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED")
    assert abs(sum(outcome["scores"].values()) - 1) < 1e-3
    assert comprehend.bill()["times_billed"][text_key(text, "en")] >= 1
    assert "DetectSentiment" in {call["operation"] for call in comprehend.calls()}


def test_25_documents_of_many_languages_are_answered_in_their_order(
    alice: Caller, comprehend: Comprehend
) -> None:
    documents = [
        {"id": f"d{number}", "text": f"{MIXED[number % 5][1]} ({number})", "language": MIXED[number % 5][0]}
        for number in range(25)
    ]

    results = alice.answer({"documents": documents, "mode": "SYNC"})["results"]

    assert [each["id"] for each in results] == [each["id"] for each in documents]
    assert {each["status"] for each in results} == {"SUCCEEDED"}
    assert [each["language"]["code"] for each in results] == [each["language"] for each in documents]
    assert {call["language"] for call in comprehend.calls()} >= {"en", "de", "fr", "es", "it"}


def test_the_language_is_found_out(alice: Caller, comprehend: Comprehend) -> None:
    text = "Je suis vraiment très content de cette commande, merci beaucoup à toute l'équipe du magasin."

    outcome = alice.answer({"text": text})

    assert outcome["language"] == {"code": "fr", "source": "detector"}
    assert comprehend.bill()["times_billed"][text_key(text, "fr")] >= 1


def test_the_same_text_is_paid_once(alice: Caller, comprehend: Comprehend) -> None:
    text = "A remark that two customers of one tenant made in the very same words."

    first, second = alice.answer({"text": text}), alice.answer({"text": text})

    assert second["cached"] is True
    assert second["scores"] == first["scores"]
    assert comprehend.bill()["times_billed"][text_key(text, "en")] == 1


def test_one_poison_document_never_spoils_its_neighbours(alice: Caller, comprehend: Comprehend) -> None:
    comprehend.change(poison_answer="call")
    documents = [{"id": str(number), "text": f"A plain remark number {number}."} for number in range(25)]
    documents[11]["text"] = "This one holds the ⟦poison⟧ marker."

    answer = alice.score({"documents": documents, "mode": "SYNC"})

    # Finding the culprit takes calls for which a live request may have no time; then the answer is a promise.
    results = answer.json().get("results")
    if answer.status_code == 202:
        job_id = answer.json()["job_id"]
        assert alice.wait(job_id)["status"] == "SUCCEEDED_WITH_ERRORS"
        results = alice.outcomes(job_id)
    assert [each["status"] for each in results] == ["SUCCEEDED"] * 11 + ["FAILED"] + ["SUCCEEDED"] * 13


def test_a_keyed_request_is_answered_twice_and_worked_on_once(alice: Caller, comprehend: Comprehend) -> None:
    text = "Please answer this one only once, it is important to me."

    first = alice.score({"text": text}, **{"Idempotency-Key": "once-and-only-once"})
    second = alice.score({"text": text}, **{"Idempotency-Key": "once-and-only-once"})

    assert second.status_code == first.status_code
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert comprehend.bill()["times_billed"][text_key(text, "en")] == 1
