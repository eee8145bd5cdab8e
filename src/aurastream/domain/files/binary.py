"""What is plainly no text: archives, workbooks, documents, pictures."""

import re

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.encoding import CP1252
from aurastream.domain.files.rows import MARK
from aurastream.domain.job_errors import JobErrorCode

_BEGINNINGS = {
    b"PK\x03\x04": "a zip archive or an .xlsx workbook",
    b"PK\x05\x06": "a zip archive",
    b"%PDF-": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF87a": "a picture",
    b"GIF89a": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x1f\x8b": "compressed twice",
    b"BZh91AY&SY": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"PAR1\x15": "a Parquet file",
    b"SQLite format 3\x00": "a database",
    b"\x7fELF": "a program",
    b"{\\rtf": "a rich text document",
}
_ODD = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f-\x9f{MARK}]")
_MOST_ODD = {CP1252: 0.1}  # any byte is something in cp1252, so little speaks for it being text


def refuse_binary(head: bytes, text: str, encoding: str) -> None:
    """
    Look at the beginning of an input, as bytes and as the text that came of it.

    Raises:
        FileRejectedError: `undecodable_file`, with what it seems to be.
    """
    for beginning, what in _BEGINNINGS.items():
        if head.startswith(beginning):
            raise _refused(f"the file is not text but {what}; save it as CSV, NDJSON or text, gzipped or not")
    if text and len(_ODD.findall(text)) > _MOST_ODD.get(encoding, 0.3) * len(text):
        raise _refused("the file is not text in UTF-8, UTF-16 or cp1252; save it as UTF-8")


def _refused(message: str) -> FileRejectedError:
    return FileRejectedError(JobErrorCode.UNDECODABLE_FILE, message)
