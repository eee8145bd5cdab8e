"""Requests that carry a key."""

import re
from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from aurastream.domain.idempotency import RequestKey, fingerprint_of
from aurastream.domain.keys import Tenant

tenants = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True).map(Tenant)
tokens = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255)
paths = st.text(st.characters(exclude_categories=["Cs"])).map(lambda rest: "/v1/" + rest)
requests = st.builds(
    RequestKey, tenant=tenants, method=st.sampled_from(["POST", "DELETE"]), path=paths, key=tokens
)


@given(request=requests)
def test_the_digest_is_safe_for_any_store(request: RequestKey) -> None:
    assert re.fullmatch("[0-9a-f]{64}", request.digest)
    assert replace(request).digest == request.digest


@given(one=requests, other=requests)
@example(
    RequestKey(tenant=Tenant("a"), method="POST", path="/v1/x", key="yz"),
    RequestKey(tenant=Tenant("a"), method="POST", path="/v1/xy", key="z"),
)
@example(
    RequestKey(tenant=Tenant("a"), method="POST", path="/v1/x\ny", key="z"),
    RequestKey(tenant=Tenant("a"), method="POST", path="/v1/x", key="y z"),
)
def test_two_requests_share_a_digest_only_if_all_of_their_scope_is_the_same(
    one: RequestKey, other: RequestKey
) -> None:
    assert (one.digest == other.digest) == (one == other)


@given(request=requests, tenant=tenants, path=paths, key=tokens)
def test_every_part_of_the_scope_counts(request: RequestKey, tenant: Tenant, path: str, key: str) -> None:
    for changed in (
        replace(request, tenant=tenant),
        replace(request, path=path),
        replace(request, key=key),
        replace(request, method="PUT"),
    ):
        assert (changed.digest == request.digest) == (changed == request)


headers = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@given(
    one=st.tuples(tenants, headers, headers, st.binary(max_size=50)),
    other=st.tuples(tenants, headers, headers, st.binary(max_size=50)),
)
def test_the_fingerprint_tells_bodies_queries_media_and_tenants_apart(
    one: tuple[Tenant, str, str, bytes], other: tuple[Tenant, str, str, bytes]
) -> None:
    assert (fingerprint_of(*one) == fingerprint_of(*other)) == (one == other)


@given(parts=st.tuples(tenants, headers, headers, st.binary(max_size=50)), tenant=tenants)
def test_equal_bodies_of_two_tenants_never_meet(
    parts: tuple[Tenant, str, str, bytes], tenant: Tenant
) -> None:
    assume(tenant != parts[0])
    assert fingerprint_of(*parts) != fingerprint_of(tenant, *parts[1:])
