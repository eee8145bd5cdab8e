"""English that anybody recognises, found by its commonest words."""

import re

_HEAD = 200
"""So many characters tell as much as the whole text."""
_WORD = re.compile(r"[a-z']+")
_COMMON = frozenset(
    """
    the and you that this with they what your are have which would been their there when from because
    could should about it's i'm don't isn't didn't can't very but not just these those she him who how
    them than only had has does doesn't i've other some any after again my of is it to for i we our at
    be if dont im its ive cant great love nice like good really never always please thanks thank got get
    getting know think want need more much well even still also now then here out up down off over back
    too see go going make made look looks work works working buy bought day today time new did done one
    all yes his her by feel little big bit quality price order ordered
    able above absolutely actually add addition against age agree almost alone along already although
    amazing among answer anyone anything anyway aren't ask asked asking atmosphere available awesome based
    basic battery beautiful beautifully become bed before behind better between birthday body both bottom
    bread break broke brought business busy button buttons cannot card care cast character characters
    cheap check chest child children choice christmas city's class classy clear close coat comes comfort
    comfortable comfy company completely couldn't cover cozy crazy cut cute days death decent decided
    definitely delicious department despite detail device different difficult disappointed display doing
    dream dry during early easily easy eat eating either else enjoy enough especially etc evening ever
    every everyday everyone everything exactly except excited expect expected expensive experience eye
    eyes fabric fabulous fact fantastic father favorite feeling feels felt few finally find finished fit
    fits five flattering follow food forget forgot forward found four free fresh friday friend friendly
    friends front full fun funny future game gave gets girls given gives giving glass goes gone group
    guess guy guys hair hands happen happened hate haven't he's hear heard heart heavy highly himself
    history hold hour hours however huge i'd i'll ice included including inside interesting issues itself
    keep kill killed knew knows larger later law least leave left length less let let's lightweight liked
    likely line live lives living longer looked lost lots loud loved lovely loves low luck makes many
    matter maybe meal mean means meat meet memory middle mind missed missing monday money month months
    morning mostly mother mothers move moving must near nearly needed needs news next night nothing odd
    offer offers often once ones others otherwise outside overall own owner paid past pattern pay perfect
    perfectly perhaps person phone picture pictured pictures places play played playing plays poor pretty
    prices purchase purchased put quick quickly quite rather raw read reading ready recent recently
    recommend remember return rich right round running runs said same saturday save say saying says scene
    season seat seated seeing seem seemed seems self sense served setting several shape share she's shirt
    shit shot shows sick since sit sitting size sizing sleep slightly slow small smaller soft someone
    sometimes soon sound sounds spend spent spring stay straight strange strong stuff stunning stupid
    stylish such sucks summer sunday support sure surprised surprisingly sweet take taken takes taking
    talking taste tell that's there's they're thin thing things though thought through throw tight till
    timeless times tiny tired title together told tomorrow tonight took totally touch town track transfer
    tried trip trouble true truly try trying turn turned twice twist two understand unique unless until
    use used using usually value versatile view wait waited waiting wanted wants wasn't watch watching
    we'll we're we've wear wearing weather weeks weight weird welcome went what's whatever where whether
    while why wide wife win wish within without woman women won't wonder wonderful word words worked worse
    worst worth wouldn't wrong year years yesterday yet you'd you'll you're you've young yourself
    """.split()  # noqa: SIM905 - a list of quoted words cannot be read
)
"""
Hardly any of them is common in another language that is written in the Latin alphabet.

Nine of ten English reviews, tweets and comments are known by them, and of 29,000
subtitles in de es fr it pt hardly one that is not English itself.
"""


_SHARED = frozenset("i for at her over so do be me to no on is it we of time new an big day support".split())  # noqa: SIM905 - as above
"""Those that are: in Danish, Norwegian, Dutch, Polish, Spanish …; they say nothing alone."""
_OWN = _COMMON - _SHARED


def is_plain_english(text: str) -> bool:
    """Whether a text is English beyond doubt: no foreign letter, and enough of the commonest words."""
    if not text.isascii():
        if any(character.isalpha() for character in text if not character.isascii()):
            return False
        text = text.replace("’", "'")
    words = _WORD.findall(text[:_HEAD].lower())
    if sum(map(_OWN.__contains__, words)) < 2:
        return False
    hits = sum(map(_COMMON.__contains__, words))
    return 3 * hits >= len(words) or (hits >= 3 and 4 * hits >= len(words))
