"""The words of chapter 5.3 and 7: kinds of events, roles on duty, parties, devices. Pure."""

from enum import StrEnum


class EventKind(StrEnum):
    """What sort of event: it decides the survey (T53) and the health report (T54)."""

    COMPETITION = "competition"
    RUN = "run"
    CULTURE = "culture"

    @property
    def words(self) -> str:
        """Return the kind in Chinese."""
        return {"competition": "竞赛", "run": "晨跑", "culture": "文化活动"}[self.value]


class Role(StrEnum):
    """The three groups of 1:50 (R232)."""

    MEDIC = "medic"
    GUARD = "guard"
    VOLUNTEER = "volunteer"

    @property
    def words(self) -> str:
        """Return the role in Chinese."""
        return {"medic": "医护", "guard": "安保", "volunteer": "志愿者"}[self.value]


class Party(StrEnum):
    """The three who survey the place together (R230); each is a step of the sheet."""

    HOSPITAL = "hospital"
    SECURITY = "security"
    UNION = "union"

    @property
    def words(self) -> str:
        """Return the party in Chinese."""
        return {"hospital": "校医院", "security": "保卫处", "union": "工会"}[self.value]

    @property
    def office(self) -> str:
        """Return the office whose holder signs for the party."""
        return f"survey_{self.value}"


class DeviceKind(StrEnum):
    """What has to lie ready on site (R233, R234)."""

    AED = "aed"
    KIT = "kit"

    @property
    def words(self) -> str:
        """Return the device in Chinese."""
        return {"aed": "AED除颤仪", "kit": "急救包"}[self.value]


class Answer(StrEnum):
    """What the campus hospital's answer comes to; only `FIT` lets a participant in."""

    FIT = "fit"
    OLD = "old"
    NO_REPORT = "no_report"
    UNKNOWN = "unknown"
    UNCLEAR = "unclear"
    SILENT = "silent"

    @property
    def words(self) -> str:
        """Return the answer in Chinese."""
        return {
            "fit": "报告在有效期内",
            "old": "报告已过期",
            "no_report": "没有体检报告",
            "unknown": "校医院查无此人",
            "unclear": "校医院的应答无法采信",
            "silent": "校医院没有应答",
        }[self.value]
