"""Bytes as they arrive, to plain bytes."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.compression import PIECE, plain
from tests.unit.files.reading import cut

MUCH = bytes(range(256)) * 2_000


def unpacked(blocks: list[bytes], max_bytes: int = 10**9) -> bytes:
    return b"".join(plain(blocks, max_bytes=max_bytes)[1])


def refused(blocks: list[bytes], max_bytes: int = 10**9) -> str:
    with pytest.raises(FileRejectedError) as caught:
        unpacked(blocks, max_bytes)
    return caught.value.reason


@given(
    data=st.binary(max_size=400) | st.just(MUCH),
    members=st.integers(min_value=0, max_value=3),
    places=st.lists(st.integers(min_value=0, max_value=10**6), max_size=6),
)
def test_gzipped_or_not_in_whatever_blocks_the_bytes_are_the_same(
    data: bytes, members: int, places: list[int]
) -> None:
    packed = b"".join(gzip.compress(data) for _ in range(members)) if members else b"x" + data
    compression, pieces = plain(cut(packed, places), max_bytes=10**9)
    assert compression == ("gzip" if members else None)
    got = list(pieces)
    assert b"".join(got) == (data * members if members else b"x" + data)
    assert all(len(piece) == PIECE for piece in got[:-1])


def test_zeros_behind_the_last_member_are_padding() -> None:
    assert unpacked([gzip.compress(b"a") + b"\0\0", b"\0" * 10]) == b"a"
    assert unpacked([gzip.compress(b"a") + b"\0" * 9 + gzip.compress(b"b")]) == b"ab"


@pytest.mark.parametrize("missing", range(1, 30))
def test_gzip_that_ends_early_is_no_file(missing: int) -> None:
    packed = gzip.compress(b"text\nfine\n")
    assert refused([packed[:-missing] if missing < len(packed) - 2 else packed[:2]]) == "undecodable_file"


@pytest.mark.parametrize("place", [3, 12, -6, -2])
def test_gzip_with_a_wrong_byte_is_no_file(place: int) -> None:
    packed = bytearray(gzip.compress(b"text\nfine and long enough to matter\n", mtime=0))
    packed[place] ^= 0xFF
    assert refused([bytes(packed)]) == "undecodable_file"


def test_what_follows_gzip_and_is_none_is_not_passed_over() -> None:
    assert refused([gzip.compress(b"text\n") + b"garbage"]) == "undecodable_file"


@pytest.mark.parametrize("excess", [0, 1])
@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_the_cap_counts_what_comes_out_to_the_byte(excess: int, pack: type[bytes]) -> None:
    data = b"a" * 200_000
    blocks = [pack(data)]
    if excess:
        assert refused(blocks, len(data) - excess) == "file_too_large"
    else:
        assert unpacked(blocks, len(data)) == data


def test_a_bomb_is_refused_at_the_cap_and_not_behind_it() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    got: list[bytes] = []
    tracemalloc.start()
    with pytest.raises(FileRejectedError, match="more than 1000000 bytes"):
        got.extend(plain([bomb], max_bytes=1_000_000)[1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(map(len, got)) <= 1_000_000
    assert peak < 3_000_000
