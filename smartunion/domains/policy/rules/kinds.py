"""The words in which documents, versions and pieces are told. Pure."""

from enum import StrEnum


class Worded(StrEnum):
    """An enumeration whose members say their Chinese word."""

    words: str

    def __new__(cls, value: str, words: str = "") -> "Worded":
        made = str.__new__(cls, value)
        made._value_ = value
        made.words = words
        return made

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (value, word) of each, as a field wants them."""
        return [(one.value, one.words) for one in cls]


class Level(Worded):
    """How far a document reaches."""

    LAW = "law", "法律"
    REGULATION = "regulation", "行政法规、规章"
    INTERPRETATION = "interpretation", "司法解释"
    SCHOOL = "school", "学校制度"
    UNION = "union", "工会制度"


class Scope(Worded):
    """Who may find and read a document."""

    EVERYONE = "everyone", "所有登录的人"
    STAFF = "staff", "教职工"
    OFFICERS = "officers", "工会经办人"


class VersionState(Worded):
    """Where a version stands on its way."""

    DRAFT = "draft", "待复核"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已退回"


class PieceKind(Worded):
    """What a piece of a text is."""

    PREAMBLE = "preamble", "题注"
    HEADING = "heading", "标题"
    ARTICLE = "article", "条文"
    SECTION = "section", "段落"


class AliasState(Worded):
    """Where a proposal stands that a second person decides."""

    PROPOSED = "proposed", "待复核"
    ACCEPTED = "accepted", "已采用"
    REFUSED = "refused", "未采用"


class Origin(Worded):
    """Where a proposed question came from."""

    TICKET = "ticket", "转人工"
    CURATOR = "curator", "整理"
    CHOICE = "choice", "选择"


class Tier(Worded):
    """How sure the search is of what it found; only ranks are calibrated, not absence."""

    CRISIS = "crisis", "求助"
    EMPTY = "empty", "没有问题"
    EXACT = "exact", "指名的条文"
    HIGH = "high", "很可能是这一条"
    MIDDLE = "middle", "可能是其中一条"
    LOW = "low", "没有把握"
    NO_ANSWER = "no_answer", "制度没有规定"
