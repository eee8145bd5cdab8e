"""What people write into a language column, as the codes that engines know."""

import re

from aurastream.domain.language import Language

_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_][-_a-z0-9]*)?", re.IGNORECASE
)
_TRADITIONAL_REGIONS = {"tw", "hk", "mo"}


def language_of(value: str) -> Language | None:
    """
    `en`, `EN`, `en-US` and `en_us` are `en`; Chinese is `zh` or, in Taiwan's writing, `zh-TW`.

    None where nothing is said: blank, `auto`, or no language tag at all.
    """
    tag = _TAG.fullmatch(value.strip())
    if not tag:
        return None
    language, script, region = (part.lower() if part else "" for part in tag.groups())
    if language == "und":
        return None
    if language == "zh" and script != "hans" and (script == "hant" or region in _TRADITIONAL_REGIONS):
        return Language("zh-TW")
    return Language(language)
