"""Bytes as they arrive, as plain bytes in even pieces: gzip undone, and never more than a cap."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.job_errors import JobErrorCode

PIECE = 65_536
"""Bytes of a piece."""
_GZIP = b"\x1f\x8b"
_GZIP_WBITS = 31  # zlib's word for: a gzip header and its checksum, nothing else


def plain(blocks: Iterable[bytes], *, max_bytes: int) -> tuple[str | None, Iterator[bytes]]:
    """
    How the input is compressed (`gzip` or None), and its bytes in pieces of PIECE, the last one shorter.

    The pieces do not depend on how the blocks were cut.

    Raises, while the pieces are read:
        FileRejectedError: `file_too_large` over the cap; `undecodable_file` where the gzip is broken.
    """
    head, rest = _peek(iter(blocks), len(_GZIP))
    if head.startswith(_GZIP):
        return "gzip", even(_capped(_gunzipped(chain([head], rest)), max_bytes))
    return None, even(_capped(chain([head], rest), max_bytes))


def _peek(blocks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    head = b""
    for block in blocks:
        head += block
        if len(head) >= size:
            break
    return head, blocks


def _gunzipped(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Every member after the other; zeros that pad the end are no member."""
    member = None
    try:
        for block in blocks:
            while block:
                if member is None:
                    block = block.lstrip(b"\0") if block.startswith(b"\0") else block
                    if not block:
                        break
                    member = zlib.decompressobj(_GZIP_WBITS)
                yield member.decompress(block, PIECE)
                block = member.unused_data if member.eof else member.unconsumed_tail
                member = None if member.eof else member
        while member is not None and (last := member.decompress(b"", PIECE)):
            yield last
    except zlib.error:
        raise _broken("the gzip data is damaged; compress the file again") from None
    if member is not None and not member.eof:
        raise _broken("the gzip data ends early; send the file again")


def _broken(message: str) -> FileRejectedError:
    return FileRejectedError(JobErrorCode.UNDECODABLE_FILE, message)


def _capped(blocks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > max_bytes:
            raise FileRejectedError(
                JobErrorCode.FILE_TOO_LARGE,
                f"the file has more than {max_bytes} bytes when decompressed; split it",
            )
        yield block


def even(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, so that nothing after this depends on how they arrived."""
    waiting = bytearray()
    for block in blocks:
        waiting += block
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)
