"""Documents and calls as the engine tests use them."""

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import Tenant
from aurastream.domain.language import ENGLISH, Language, LanguageSource

TENANT = Tenant("acme")
LIVE = Call(tenant=TENANT, priority=Priority.LIVE)
BULK = Call(tenant=TENANT, priority=Priority.BULK)


def document(text: str, id_: str = "1", language: Language = ENGLISH) -> Document:
    return Document(id=id_, text=text, language=language, source=LanguageSource.CALLER)


def documents(*texts: str) -> list[Document]:
    return [document(text, str(number)) for number, text in enumerate(texts, 1)]
