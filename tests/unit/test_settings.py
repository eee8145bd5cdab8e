"""The environment is read once and checked once."""

import hashlib
from pathlib import Path

import pytest

from aurastream.settings import Settings, SettingsError, hash_of


def test_without_variables_there_are_defaults() -> None:
    settings = Settings.from_environ({"PATH": "/bin"})
    assert (settings.home, settings.sync_max_bytes, settings.data_dir) == (
        "local",
        5_000,
        Path(".aurastream"),
    )


def test_a_variable_that_nobody_knows_is_named() -> None:
    with pytest.raises(SettingsError, match=r"AURASTREAM_TABEL: .* did you mean AURASTREAM_TABLE"):
        Settings.from_environ({"AURASTREAM_TABEL": "jobs"})
    with pytest.raises(SettingsError, match=r"AURASTREAM_ZZZ: there is no such setting$"):
        Settings.from_environ({"AURASTREAM_ZZZ": "jobs"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AURASTREAM_SYNC_MAX_BYTES", "0"),
        ("AURASTREAM_SYNC_MAX_BYTES", "many"),
        ("AURASTREAM_HOME", "moon"),
        ("AURASTREAM_CASCADE_THRESHOLD", "1.1"),
        ("AURASTREAM_API_KEYS", "no-colon"),
        ("AURASTREAM_API_KEYS", "acme:sha256:short"),
        ("AURASTREAM_API_KEYS", "ACME:key"),
        ("AURASTREAM_TENANTS", "arn"),
        ("AURASTREAM_DEFAULT_LANGUAGE", "English"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_environ({name: value})
    assert name == "AURASTREAM_HOME" or len(value) < 3 or value not in str(caught.value)


def test_an_empty_variable_counts_as_absent() -> None:
    assert Settings.from_environ({"AURASTREAM_DATA_DIR": ""}).data_dir == Path(".aurastream")


def test_api_keys_are_kept_as_hashes_alone() -> None:
    hashed = hashlib.sha256(b"second").hexdigest()
    settings = Settings.from_environ({"AURASTREAM_API_KEYS": f"acme:first, rival:sha256:{hashed}"})
    assert settings.api_keys == {hash_of("first"): "acme", hashed: "rival"}
    assert "first" not in repr(settings)


def test_a_key_may_hold_colons() -> None:
    assert Settings.from_environ({"AURASTREAM_API_KEYS": "acme:a:b"}).api_keys == {hash_of("a:b"): "acme"}


def test_tenants_are_named_by_principal() -> None:
    arn = "arn:aws:iam::123456789012:role/Support"
    settings = Settings.from_environ({"AURASTREAM_TENANTS": f"{arn}=acme,abc123=acme"})
    assert settings.tenants == {arn: "acme", "abc123": "acme"}


def test_the_key_for_a_server_is_not_shown() -> None:
    assert "hidden" not in repr(Settings.from_environ({"AURASTREAM_API_KEY": "hidden"}))
