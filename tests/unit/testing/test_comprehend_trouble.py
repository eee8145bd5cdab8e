"""The quotas of the stand-in and the trouble it makes on demand."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from aurastream.testing.comprehend import ComprehendSettings
from tests.unit.testing.calling import ClientOf, Clock, Open, batch, code_of, detect

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient


@pytest.mark.parametrize(("name", "call"), [("tps", detect), ("batch_tps", batch)])
def test_a_quota_lets_exactly_its_calls_through(
    standin_of: Open, client_of: ClientOf, name: str, call: Callable[..., Any]
) -> None:
    clock = Clock()
    client = client_of(standin_of(seams={"clock": clock}, **{name: 4}))
    for _ in range(4):
        call(client, "ok")
    assert code_of(lambda: call(client, "ok")) == ("ThrottlingException", 400)
    clock.now += 0.2
    assert code_of(lambda: call(client, "ok")) == ("ThrottlingException", 400)
    clock.now += 0.05
    call(client, "ok")
    assert code_of(lambda: call(client, "ok")) == ("ThrottlingException", 400)
    clock.now += 3_600
    for _ in range(4):
        call(client, "ok")
    assert code_of(lambda: call(client, "ok")) == ("ThrottlingException", 400)


def test_each_operation_has_a_quota_of_its_own(standin_of: Open, client_of: ClientOf) -> None:
    client = client_of(standin_of(tps=1, batch_tps=1, seams={"clock": Clock()}))
    detect(client, "ok")
    batch(client, "ok")
    assert code_of(lambda: detect(client, "ok"))[0] == "ThrottlingException"
    assert code_of(lambda: batch(client, "ok"))[0] == "ThrottlingException"


def test_the_default_quotas_are_those_of_aws() -> None:
    assert (ComprehendSettings().tps, ComprehendSettings().batch_tps) == (20, 10)


def test_a_call_refused_for_its_content_counts_against_the_quota(
    standin_of: Open, client_of: ClientOf
) -> None:
    client = client_of(standin_of(batch_tps=1, seams={"clock": Clock()}))
    assert code_of(lambda: batch(client, *["x"] * 26))[0] == "BatchSizeLimitExceededException"
    assert code_of(lambda: batch(client, "x"))[0] == "ThrottlingException"


def test_a_quota_can_be_changed_at_run_time(standin_of: Open, client_of: ClientOf) -> None:
    standin = standin_of(tps=1, seams={"clock": Clock()})
    client = client_of(standin)
    detect(client, "ok")
    assert code_of(lambda: detect(client, "ok"))[0] == "ThrottlingException"
    standin.change(tps=None)
    for _ in range(10):
        detect(client, "ok")
    standin.change(tps=2)
    detect(client, "ok")
    detect(client, "ok")
    assert code_of(lambda: detect(client, "ok"))[0] == "ThrottlingException"


FAULTS: dict[str, Any] = {
    "throttle_rate": 0.1,
    "error_rate": 0.2,
    "unavailable_rate": 0.1,
    "reset_rate": 0.2,
    "stall_rate": 0.1,
}


def seen(client: "ComprehendClient") -> str:
    """What one call comes to, in a word."""
    try:
        batch(client, "ok")
    except ClientError as error:
        return error.response["Error"]["Code"]
    except ConnectionClosedError:
        return "reset"
    return "ok"


def test_the_same_seed_brings_the_same_faults(standin_of: Open, client_of: ClientOf) -> None:
    def story(seed: int) -> tuple[list[str], list[str | None]]:
        standin = standin_of(seams={"pause": lambda _: None}, **{**FAULTS, "seed": seed})
        client = client_of(standin)
        return [seen(client) for _ in range(60)], [call.fault for call in standin.ledger.calls]

    first, again, other = story(5), story(5), story(6)
    assert first == again
    assert first != other
    assert set(first[0]) == {
        "ok",
        "reset",
        "ThrottlingException",
        "InternalServerException",
        "ServiceUnavailable",
    }
    assert set(first[1]) == {
        None,
        "throttled",
        "error",
        "unavailable",
        "lost_request",
        "lost_answer",
        "stall",
    }


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("throttle_rate", ("ThrottlingException", 400)),
        ("error_rate", ("InternalServerException", 500)),
        ("unavailable_rate", ("ServiceUnavailable", 503)),
    ],
)
def test_a_fault_is_answered_with_its_status_and_not_billed(
    standin_of: Open, client_of: ClientOf, rate: str, expected: tuple[str, int]
) -> None:
    trouble: dict[str, Any] = {rate: 1.0}
    standin = standin_of(**trouble)
    client = client_of(standin)
    assert code_of(lambda: batch(client, "ok")) == expected
    assert standin.ledger.bill.units == 0


def test_a_reset_is_billed_only_if_the_work_was_done(standin_of: Open, client_of: ClientOf) -> None:
    for share, units, fault in [(0.0, 0, "lost_request"), (1.0, 3, "lost_answer")]:
        standin = standin_of(reset_rate=1.0, reset_billed_share=share)
        with pytest.raises(ConnectionClosedError):
            detect(client_of(standin), "ok")
        [call] = standin.ledger.calls
        assert (call.status, call.error, call.fault, call.units) == (0, None, fault, units)
        assert standin.ledger.bill.units == units


def test_a_stalled_answer_outlasts_the_clients_patience_and_is_billed(
    standin_of: Open, client_of: ClientOf
) -> None:
    standin = standin_of(stall_rate=1.0, stall_seconds=600)
    with pytest.raises(ReadTimeoutError):
        detect(client_of(standin, read_timeout=0.05), "ok")
    assert standin.ledger.bill.units == 3


def test_a_stall_and_the_latency_add_up(standin_of: Open, client_of: ClientOf) -> None:
    pauses: list[float] = []
    standin = standin_of(stall_rate=1.0, stall_seconds=2, latency_ms=50, seams={"pause": pauses.append})
    detect(client_of(standin), "ok")
    assert pauses == [pytest.approx(2.05)]


def test_latency_is_fixed_or_spread_by_the_seed(standin_of: Open, client_of: ClientOf) -> None:
    def pauses(**settings: Any) -> list[float]:
        pauses: list[float] = []
        client = client_of(standin_of(latency_ms=60, seams={"pause": pauses.append}, **settings))
        for _ in range(20):
            detect(client, "ok")
        return pauses

    assert pauses() == [pytest.approx(0.06)] * 20
    assert pauses(latency_sigma=0.5) == pauses(latency_sigma=0.5) != pauses(latency_sigma=0.5, seed=1)
    spread = sorted(pauses(latency_sigma=0.5))
    assert spread[0] < 0.06 < spread[-1]


def test_a_throttled_call_is_answered_at_once(standin_of: Open, client_of: ClientOf) -> None:
    pauses: list[float] = []
    clock = Clock()
    client = client_of(standin_of(tps=1, latency_ms=60, seams={"pause": pauses.append, "clock": clock}))
    detect(client, "ok")
    assert code_of(lambda: detect(client, "ok"))[0] == "ThrottlingException"
    assert len(pauses) == 1


@pytest.mark.parametrize(
    ("down", "expected"),
    [("error", ("InternalServerException", 500)), ("throttled", ("ThrottlingException", 400))],
)
def test_it_goes_down_and_comes_back(
    standin_of: Open, client_of: ClientOf, down: str, expected: tuple[str, int]
) -> None:
    standin = standin_of()
    client = client_of(standin)
    detect(client, "ok")
    standin.change(down=down)
    assert code_of(lambda: detect(client, "ok")) == expected
    assert code_of(lambda: batch(client, "ok")) == expected
    standin.change(down=None)
    detect(client, "ok")
    assert standin.ledger.bill.documents == 2
