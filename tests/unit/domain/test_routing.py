"""Now or later."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.errors import InvalidRequestError, TextTooLargeError, TooManyDocumentsError
from aurastream.domain.routing import Mode, Route, RoutingPolicy

policies = st.builds(RoutingPolicy, max_documents=st.integers(1, 30), max_bytes=st.integers(1, 10_000))
sizes = st.lists(st.integers(0, 12_000), min_size=1, max_size=40)
EDGE = RoutingPolicy(max_documents=25, max_bytes=5_000)


@given(policy=policies, sizes=sizes)
def test_who_can_wait_always_waits(policy: RoutingPolicy, sizes: list[int]) -> None:
    assert policy.route(Mode.ASYNC, sizes) is Route.LATER


@given(policy=policies, sizes=sizes, more=st.lists(st.integers(0, 12_000)), growth=st.integers(0, 12_000))
def test_growing_never_brings_an_answer_forward(
    policy: RoutingPolicy, sizes: list[int], more: list[int], growth: int
) -> None:
    if policy.route(Mode.AUTO, sizes) is Route.LATER:
        assert policy.route(Mode.AUTO, sizes + more) is Route.LATER
        assert policy.route(Mode.AUTO, [size + growth for size in sizes]) is Route.LATER


@given(policy=policies, sizes=sizes)
def test_who_insists_is_answered_now_or_refused(policy: RoutingPolicy, sizes: list[int]) -> None:
    """It is refused exactly where AUTO makes a promise."""
    if policy.route(Mode.AUTO, sizes) is Route.NOW:
        assert policy.route(Mode.SYNC, sizes) is Route.NOW
    else:
        with pytest.raises(InvalidRequestError):
            policy.route(Mode.SYNC, sizes)


@given(policy=policies, sizes=sizes)
def test_the_order_of_the_documents_does_not_matter(policy: RoutingPolicy, sizes: list[int]) -> None:
    assert policy.route(Mode.AUTO, sizes) is policy.route(Mode.AUTO, sizes[::-1])


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.AUTO])
def test_the_edge_itself_is_answered_now(mode: Mode) -> None:
    assert EDGE.route(mode, [5_000] * 25) is Route.NOW


def test_one_byte_too_many_is_too_large() -> None:
    assert EDGE.route(Mode.AUTO, [1, 5_001]) is Route.LATER
    with pytest.raises(TextTooLargeError, match="5000 UTF-8 bytes"):
        EDGE.route(Mode.SYNC, [1, 5_001])


def test_one_document_too_many_is_too_many() -> None:
    assert EDGE.route(Mode.AUTO, [1] * 26) is Route.LATER
    with pytest.raises(TooManyDocumentsError, match="25 documents"):
        EDGE.route(Mode.SYNC, [1] * 26)


def test_the_limits_are_those_of_the_contract() -> None:
    assert RoutingPolicy() == EDGE
