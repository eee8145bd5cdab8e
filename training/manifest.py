"""What the model is trained on: which files, how much each is trusted, how labels become targets."""

from dataclasses import dataclass

SEED = 20_240_501
CLASSES = (
    "positive",
    "negative",
    "neutral",
    "mixed",
)  # the order of every vector of four in training and model
DEV_ONE_IN = 10  # a text is for development when md5 of its normalised form leaves 0 by this


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of labelled texts and how far it is believed."""

    name: str
    sha256: str
    weight: float
    smoothing: float  # share of a hard label that is spread over all four classes
    licence: str
    credit: str
    praise_one_in: int = 1  # of texts labelled positive so many are taken, by the hash of the text

    @property
    def filename(self) -> str:
        return f"{self.name}.csv.gz"


SOURCES = (
    Source(
        name="tse_tweets",
        sha256="b00e0fdde9ea48a81bd65cbaef56b048c370edbdf247eebb6bdb441ce9cb8380",
        weight=1.0,
        smoothing=0.06,
        licence="CC BY 4.0",
        credit='Figure Eight (Appen), "Tweet Sentiment Extraction" (Kaggle, 2020)',
    ),
    Source(
        name="goemotions",
        sha256="545b2194d825424f8e8846dddce9fad3bab8e00e0ce59f638efcc33e7180716d",
        weight=0.5,
        smoothing=0.1,
        licence="Apache-2.0",
        credit="Demszky et al., GoEmotions: A Dataset of Fine-Grained Emotions (Google Research, 2020)",
    ),
    Source(
        name="vader_amazon_half",
        sha256="a265d663608a394e82392fa9d375f5f4dc109e293917ef86ad697856bd75446d",
        weight=1.5,
        smoothing=0.0,
        licence="MIT",
        credit="Hutto and Gilbert, VADER (ICWSM 2014), rated sentences of product reviews",
    ),
    Source(
        name="vader_movie",
        sha256="3ef63bd6c954168a7b3705bcd25e3a6ec786503fd50c886c991041438e39d09f",
        weight=1.0,
        smoothing=0.0,
        licence="MIT",
        credit="Hutto and Gilbert, VADER (ICWSM 2014), rated sentences of film reviews",
    ),
    Source(
        name="vader_nyt",
        sha256="b54ec714648ff209f532d1779000edb999e704ce84c53c0716ecb9c6e30abfad",
        weight=1.0,
        smoothing=0.0,
        licence="MIT",
        credit="Hutto and Gilbert, VADER (ICWSM 2014), rated sentences of newspaper editorials",
    ),
    Source(
        name="mams_restaurants",
        sha256="9ff06f7cf3c8a19c9b42c4fd4e76af1c873504bbc9ba655fb46c30aea557aa51",
        weight=1.0,
        smoothing=0.06,
        licence="Apache-2.0",
        credit="Jiang et al., A Challenge Dataset for Aspect-Based Sentiment Analysis (MAMS, EMNLP 2019)",
    ),
    Source(
        name="clothing_reviews",
        sha256="32d4a9a9e2ac91dd25f47160355d7de09b9a455190297199dbf41c874f5c7b77",
        weight=0.8,
        smoothing=0.06,
        licence="CC0 1.0",
        credit="nicapotato, Women's E-Commerce Clothing Reviews (Kaggle, 2018)",
        praise_one_in=3,
    ),
    Source(
        name="clothing_titles",
        sha256="9e80ac075e64f1b833b95854434eaec6712c338d21aa5120bca59dd72fb0af92",
        weight=0.6,
        smoothing=0.1,
        licence="CC0 1.0",
        credit="nicapotato, Women's E-Commerce Clothing Reviews (Kaggle, 2018), the titles",
        praise_one_in=3,
    ),
    Source(
        name="xed_en",
        sha256="1237588053e252e9982ee769d1e0004a382a5cc764d0eb20febcad362336906a",
        weight=0.3,
        smoothing=0.2,
        licence="CC BY 4.0",
        credit="Öhman et al., XED: A Multilingual Dataset for Sentiment Analysis (COLING 2020)",
    ),
)

# Star ratings say less than a label: positive, negative, neutral, mixed.
STAR_TARGETS = {
    5: (0.96, 0.01, 0.01, 0.02),
    4: (0.82, 0.02, 0.02, 0.14),
    3: (0.10, 0.16, 0.06, 0.68),
    2: (0.02, 0.80, 0.02, 0.16),
    1: (0.01, 0.95, 0.01, 0.03),
}
MIXED_WEIGHT = 2.5  # rare and wanted: rows labelled mixed count this much more
TEMPLATE_LINES = 9_500  # asked for; what patterns repeat is left out
UNSEEN_LINES = 1_500
TEMPLATE_WEIGHT = 2.0
MOST_TIMES = 6  # a line of few words is drawn often and counts as often, but no more than this
TEMPLATE_SMOOTHING = 0.04
TAUGHT = 0.5  # share of a labelled text's target that is the teacher's opinion
PIECES = 160_000  # pieces of texts that only the teacher judges
PIECE_WEIGHT = 0.5
EVENING = 0.5  # within a source, how far classes are weighted towards equal shares (1: all the way)
MOST_EVENED = 2.0
ALIKE_JOINED, CONTRASTS_JOINED = 6_000, 3_000  # longer texts, made from short ones of one source
JOINED_WEIGHT, CONTRAST_WEIGHT = 1.0, 1.5
SHARES = (0.42, 0.32, 0.20, 0.06)  # of the classes, as the calibration takes them
PULL = 1e-3  # how strongly the calibration is held to none
