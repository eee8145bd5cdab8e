"""Which column is the text."""

import pytest

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.columns import choose_columns
from aurastream.domain.files.languages import language_of
from aurastream.domain.job_options import JobOptions


def text_of(*names: str, **options: str) -> str:
    return names[choose_columns(names, JobOptions(**options)).text]  # type: ignore[arg-type] # names of columns


def refused(*names: str, **options: str) -> FileRejectedError:
    with pytest.raises(FileRejectedError) as caught:
        text_of(*names, **options)
    return caught.value


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("id", "text"), "text"),
        (("id", "TEXT"), "TEXT"),
        (("id", " Comment "), " Comment "),
        (("text", "review", "comment"), "text"),
        (("Title", "Review Text", "Rating", "Positive Feedback Count"), "Review Text"),
        (("reviewText", "summary"), "reviewText"),
        (("reviewtext", "title"), "reviewtext"),
        (("review_id", "review_headline", "review_body", "review_date"), "review_body"),
        (("id", "customer_review", "rating"), "customer_review"),
        (("id", "Your feedback (optional)", "date"), "Your feedback (optional)"),
        (("product_description", "customerComment"), "customerComment"),
        (("description", "customer_comment"), "customer_comment"),
        (("description", "price"), "description"),
        (("message_id", "message", "message_type"), "message"),
        (("body", "feedback"), "feedback"),
        (("tweet", "user"), "tweet"),
        (("whatever",), "whatever"),
        (("",), ""),
    ],
)
def test_the_text_column_is_found_by_its_name(names: tuple[str, ...], expected: str) -> None:
    assert text_of(*names) == expected


@pytest.mark.parametrize(
    "names",
    [
        ("a", "b"),
        ("review", "comment"),
        ("text", "Text"),
        ("pros_text", "cons_text"),
        ("review_id", "review_date"),
        ("column_1", "column_2"),
        (),
    ],
)
def test_where_it_is_not_clear_the_columns_are_listed(names: tuple[str, ...]) -> None:
    error = refused(*names)
    assert (error.reason, error.columns) == ("column_not_found", names)
    assert "text_column" in str(error)


@pytest.mark.parametrize("option", ["text_column", "id_column", "language_column"])
def test_a_named_column_is_taken_as_written_or_in_another_case(option: str) -> None:
    place = option.removesuffix("_column")
    names = ("text", "A", "a", "Kunde ")
    for asked, at in (("A", 1), ("a", 2), ("kunde", 3)):
        assert getattr(choose_columns(names, JobOptions(**{option: asked})), place) == at  # type: ignore[arg-type]
    for missing in ("b", ""):
        error = refused(*names, **{option: missing})
        assert (error.reason, error.columns) == ("column_not_found", names)
        assert option in str(error)


def test_a_column_that_has_another_use_is_not_the_text() -> None:
    assert text_of("comment", "review", id_column="comment") == "review"
    assert text_of("x", "y", language_column="x") == "y"


def test_a_named_text_column_may_be_any() -> None:
    assert text_of("text", "b", text_column="b") == "b"


def test_the_list_of_columns_is_short() -> None:
    error = refused(*["x" * 150 + str(n) for n in range(80)])
    assert len(error.columns) == 50
    assert {len(name) for name in error.columns} == {100}
    assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en", "en"),
        (" EN ", "en"),
        ("en-US", "en"),
        ("en_gb", "en"),
        ("pt-BR", "pt"),
        ("de-Latn-DE-1996", "de"),
        ("es-419", "es"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-TW", "zh"),
        ("zh-TW", "zh-TW"),
        ("ZH_tw", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-CN", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("sv", "sv"),
        ("fil", "fil"),
        ("", None),
        ("  ", None),
        ("auto", None),
        ("und", None),
        ("English", None),
        ("n/a", None),
        ("-", None),
        ("e", None),
        ("en" * 1_000, None),
    ],
)
def test_a_language_is_written_in_many_ways(value: str, expected: str | None) -> None:
    assert language_of(value) == expected
