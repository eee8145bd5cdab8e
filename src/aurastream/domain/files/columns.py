"""Which column is the text, and which are the id and the language."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_options import JobOptions

MAX_LISTED = 50
MAX_LISTED_LENGTH = 100

# Names of one rank are equally good: where two of them meet, the caller has to say which.
_STRONG = (
    {"text", "review_text", "reviewtext", "review_body", "comment_text", "message_text", "feedback_text"},
    {"review", "reviews", "comment", "comments", "feedback", "message", "verbatim"},
    {"body", "content", "tweet"},
)
_WEAK = ({"description", "response", "answer", "opinion", "remark", "remarks", "note", "notes"},)
# A longer name that holds such a word is the text, unless another word says that it is about the text.
_STRONG_WORDS = ({"text"}, _STRONG[1], _STRONG[2])
_ABOUT = """
at author by category count created date flag headline helpful id ids key label lang language len length link
name no num number on rating score sentiment size source stars status subject time timestamp title type url
user username votes
"""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
_BY_PLACE = re.compile(r"column_[1-9][0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The places of the columns that matter; None where there is none."""

    text: int
    id: int | None = None
    language: int | None = None


def choose_columns(names: Sequence[str], options: JobOptions) -> Columns:
    """
    The columns as the caller named them; a text column that was not named is found by its name.

    Raises:
        FileRejectedError: `column_not_found`, with the columns there are.
    """
    id_ = _named(names, options.id_column, "id_column")
    language = _named(names, options.language_column, "language_column")
    text = _named(names, options.text_column, "text_column")
    if text is None:
        text = _found(names, taken={id_, language})
    return Columns(text=text, id=id_, language=language)


def refuse_duplicates(names: Sequence[str]) -> None:
    """
    Empty names aside, each column has a name of its own.

    Raises:
        FileRejectedError: `duplicate_column`, with the names that are there twice.
    """
    twice = [name for name, count in Counter(name.strip() for name in names).items() if name and count > 1]
    if twice:
        raise FileRejectedError(
            JobErrorCode.DUPLICATE_COLUMN,
            "several columns have the same name; give each its own",
            columns=_listed(twice),
        )


def is_text_name(name: str) -> bool:
    """Whether a column of this name is the text beyond doubt."""
    return any(_plain(name) in rank for rank in _STRONG)


def is_plain_name(cell: str) -> bool:
    """
    Whether a cell that stands alone names a column, where a text could stand as well.

    It is a name we know (`Review Text`), or one word with an underscore (`q7_open`) or one that we know in it
    (`customerComment`). All else may be what somebody wrote.
    """
    name = _plain(cell)
    if any(name in rank for rank in (*_STRONG, *_WEAK)):
        return True
    words = name.split("_")
    if len(words) < 2 or not cell.strip().isidentifier():
        return False
    return "_" in cell or any(rank.intersection(words) for rank in _STRONG_WORDS)


def said_names(options: JobOptions) -> frozenset[str]:
    """The names of columns that the caller gave, in lower case."""
    named = (options.text_column, options.id_column, options.language_column)
    return frozenset(folded(name) for name in named if name is not None)


def are_places(names: Collection[str]) -> bool:
    """Whether they name columns by their places, as only a file without a header calls for."""
    return bool(names) and all(map(_BY_PLACE.fullmatch, names))


def name_of_place(number: int) -> str:
    """What the column at a 1-based place is called where no header names it."""
    return f"column_{number}"


def folded(name: str) -> str:
    """A name as names are compared."""
    return name.strip().casefold()


def _named(names: Sequence[str], name: str | None, option: str) -> int | None:
    if name is None:
        return None
    if name in names:
        return names.index(name)
    alike = [place for place, other in enumerate(names) if folded(other) == folded(name)]
    if len(alike) == 1:
        return alike[0]
    raise _not_found(names, f"the column that {option} names is not in the file; name one of its columns")


def _found(names: Sequence[str], *, taken: set[int | None]) -> int:
    left = {place: _plain(name) for place, name in enumerate(names) if place not in taken}
    if len(left) == 1:
        return next(iter(left))
    words = {place: set(name.split("_")) for place, name in left.items()}
    about = {place for place, said in words.items() if not said.isdisjoint(_ABOUT.split())}
    for ranks, by_words in ((_STRONG, False), (_STRONG_WORDS, True), (_WEAK, False), (_WEAK, True)):
        for rank in ranks:
            if by_words:
                good = [place for place in left if place not in about and words[place] & rank]
            else:
                good = [place for place, name in left.items() if name in rank]
            if good:
                return _only(good, names)
    raise _unclear(names)


def _only(places: Sequence[int], names: Sequence[str]) -> int:
    if len(places) > 1:
        raise _unclear(names)
    return places[0]


def _plain(name: str) -> str:
    return _NOT_WORD.sub("_", _HUMP.sub("_", name)).strip("_").casefold()


def _unclear(names: Sequence[str]) -> FileRejectedError:
    return _not_found(
        names,
        "it is not clear which column is the text; name it with text_column (column_1, column_2 and so on in "
        "a CSV without a header)",
    )


def _not_found(names: Sequence[str], message: str) -> FileRejectedError:
    return FileRejectedError(JobErrorCode.COLUMN_NOT_FOUND, message, columns=_listed(names))


def _listed(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[:MAX_LISTED_LENGTH] for name in names[:MAX_LISTED])
