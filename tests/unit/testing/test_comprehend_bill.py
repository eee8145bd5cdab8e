"""What the stand-in would have billed."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from aurastream.testing.comprehend import Call, Ledger, leaning, text_key
from tests.unit.testing.calling import POISON, ClientOf, Clock, Open, batch, code_of, detect


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("x", 3),
        ("x" * 299, 3),
        ("x" * 300, 3),
        ("x" * 301, 4),
        ("x" * 400, 4),
        ("x" * 401, 5),
        ("é" * 300, 3),
        ("🎉" * 301, 4),
        ("x" * 5_000, 50),
    ],
)
def test_a_document_costs_a_unit_for_each_begun_hundred_characters_and_three_at_least(
    standin_of: Open, client_of: ClientOf, text: str, units: int
) -> None:
    standin = standin_of()
    client = client_of(standin)
    detect(client, text)
    batch(client, text, "x")
    assert [call.units for call in standin.ledger.calls] == [units, units + 3]
    assert standin.ledger.bill.units == 2 * units + 3


def test_the_ledger_tells_what_was_billed_twice(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of()
    client = client_of(standin)
    batch(client, "one", "two", "one")
    detect(client, "two")
    detect(client, "two", "de")
    detect(client, "three")
    ledger = standin.ledger
    assert (ledger.times_billed("one"), ledger.times_billed("two"), ledger.times_billed("two", "de")) == (
        2,
        2,
        1,
    )
    assert ledger.times_billed("four") == 0
    bill = ledger.bill
    assert (bill.documents, bill.texts, bill.texts_billed_again, bill.units) == (6, 4, 2, 18)
    assert bill.times_billed[text_key("one", "en")] == 2
    assert bill.operations["DetectSentiment"].documents == 3
    assert bill.operations["BatchDetectSentiment"].units == 9
    ledger.clear()
    assert (ledger.bill.units, ledger.bill.texts, ledger.calls) == (0, 0, ())


def test_the_ledger_tells_each_call(standin_of: Open, client_of: ClientOf) -> None:
    clock = Clock()
    standin = standin_of(batch_tps=1, seams={"clock": clock})
    client = client_of(standin)
    batch(client, "good", POISON)
    code_of(lambda: batch(client, "a", "b", "c"))
    clock.now += 5
    code_of(lambda: batch(client, "a", language="nl"))
    ok, throttled, refused = standin.ledger.calls
    assert (ok.operation, ok.documents, ok.billed_documents, ok.units, ok.status, ok.error) == (
        "BatchDetectSentiment",
        2,
        1,
        3,
        200,
        None,
    )
    assert (ok.access_key, ok.language, ok.at) == ("AKIDTEST", "en", 1_000)
    assert (throttled.documents, throttled.status, throttled.error) == (3, 400, "ThrottlingException")
    assert (refused.error, refused.language, refused.at) == ("UnsupportedLanguageException", "nl", 1_005)
    line = standin.ledger.bill.operations["BatchDetectSentiment"]
    assert (line.calls, line.documents, line.units) == (3, 1, 3)
    assert line.errors == {"ThrottlingException": 1, "UnsupportedLanguageException": 1}


def test_only_the_latest_calls_are_kept_one_by_one(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of(calls_kept=2)
    client = client_of(standin)
    for text in ("one", "two", "three"):
        detect(client, text)
    assert len(standin.ledger.calls) == 2
    assert standin.ledger.bill.operations["DetectSentiment"].calls == 3


def test_eight_clients_at_once_are_all_billed(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of()
    clients = [client_of(standin) for _ in range(8)]

    def work(number: int) -> None:
        for turn in range(25):
            texts = [f"{number}/{turn}/{document}" for document in range(5)]
            results = batch(clients[number], *texts)["ResultList"]
            assert all(item["SentimentScore"] == leaning(texts[item["Index"]], "en") for item in results)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    bill = standin.ledger.bill
    assert (bill.documents, bill.texts, bill.texts_billed_again, bill.units) == (1_000, 1_000, 0, 3_000)
    assert len(standin.ledger.calls) == 200


def test_no_call_is_lost_when_threads_change_at_every_step() -> None:
    ledger = Ledger(calls_kept=10)
    call = Call(at=0, request_id="", operation="DetectSentiment", status=500, error="any", units=3)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: ledger.record(call, ["key"]), range(4_000)))
    finally:
        sys.setswitchinterval(interval)
    line = ledger.bill.operations["DetectSentiment"]
    assert (line.calls, line.units, line.errors["any"]) == (4_000, 12_000, 4_000)
    assert ledger.bill.times_billed == {"key": 4_000}
