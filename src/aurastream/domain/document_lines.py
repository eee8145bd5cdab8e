"""Documents of a request as the input file of a job."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aurastream.domain.document import Document
from aurastream.domain.job_options import JobOptions

DOCUMENTS = "application/vnd.aurastream.documents+ndjson"
"""Says of such a file that its languages are the caller's own word, as those of an answer at once are."""


def encode_documents(documents: Sequence[Document]) -> Iterator[bytes]:
    """An NDJSON object a document, with its language where the caller gave one."""
    for document in documents:
        line = {"id": document.id, "text": document.text}
        if document.language is not None:
            line["language"] = document.language
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def options_for(documents: Sequence[Document], options: JobOptions) -> JobOptions:
    """The options under which such a file is read back."""
    several = any(document.language is not None for document in documents)
    return replace(
        options,
        text_column="text",
        id_column="id",
        language_column="language" if several else None,
        media_type=DOCUMENTS,
    )
