"""Disputes as pages show them: one's own, the committee's register without a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from smartunion.domains.disputes.models import EarlierYear, Inquiry, LabourDispute
from smartunion.domains.disputes.procedure import DISPUTE
from smartunion.domains.disputes.rules.records import FIELDS, Part
from smartunion.domains.disputes.rules.rights import LAW, Right
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import versions
from smartunion.kernel.procedures.models import StepRun

from . import cases

PER = 100


@dataclass(frozen=True)
class Row:
    """One dispute of a list: its number, what it is about, where it stands; no name, no unit."""

    it: LabourDispute
    mark: str
    words: str
    due_at: datetime | None
    mine: bool


def standing(it: LabourDispute) -> tuple[str, str, datetime | None]:
    """Return a dispute's mark, words and the limit of its open step."""
    if it.case.withdrawn_because:
        return "off", "已撤回", None
    run = it.case.runs.filter(state=StepRun.State.OPEN).order_by("pk").first()
    if run is None:
        return "ok", it.get_outcome_display() or "已办结", None
    return "run", DISPUTE.name_of(run.step), run.due_at


def register(person: Person) -> list[Row]:
    """Return every dispute, the newest first; `mine` where somebody may open it."""
    rows = LabourDispute.objects.select_related("case").order_by("-registered_at")
    return [Row(one, *standing(one), cases.takes_part(one, person)) for one in rows]


def of(person: Person) -> list[Row]:
    """Return somebody's own disputes, the newest first."""
    rows = LabourDispute.objects.filter(applicant=person).select_related("case")
    return [Row(one, *standing(one), True) for one in rows.order_by("-registered_at")]


@dataclass(frozen=True)
class Stage:
    """One step of a dispute as its applicant sees it."""

    name: str
    mark: str
    words: str
    at: datetime | None
    due_at: datetime | None
    who: str


MARKS = {
    "passed": ("ok", "已办"), "open": ("run", "办理中"), "canceled": ("off", "已撤回"),
    "skipped": ("na", "不适用"), "returned": ("wait", "已退回"),
}  # fmt: skip


def stages(it: LabourDispute) -> list[Stage]:
    """Return what was done and what is open, in the order of time."""
    found = []
    for run in it.case.runs.select_related("lead", "backup").order_by("opened_at", "pk"):
        mark, words = MARKS.get(run.state, ("na", ""))
        is_open = run.state == StepRun.State.OPEN
        who = run.lead or run.backup
        found.append(
            Stage(
                DISPUTE.name_of(run.step), mark, words, run.ended_at,
                run.due_at if is_open else None, who.name if who and is_open else "",
            )
        )  # fmt: skip
    return found


def rights(it: LabourDispute, *, today: date) -> list[tuple[Right, bool]]:
    """Return the calendar for its applicant, each with whether its day is over.

    An estimate is over for nobody; what was agreed and kept needs none of what was estimated.
    """
    kept = it.outcome == LabourDispute.Outcome.KEPT
    found = [one for one in cases.calendar(it) if not (kept and one.estimated)]
    ended = {"mediation"} if it.ended_at else set()
    return [
        (one, not one.estimated and one.code not in ended
         and one.until is not None and one.until < today)
        for one in found
    ]  # fmt: skip


def parts(it: LabourDispute) -> list[Part]:
    """Return which sealed parts a dispute has."""
    return [part for part in Part if versions(cases.about(it), part)]


def agreed(it: LabourDispute, text: str, *, printed: str) -> dict[str, Any]:
    """Return what the paper of an agreement says: sides, days, words, what makes it binding.

    The text comes opened from whoever may read it; nothing here keeps it.
    """
    runs = {run.step: run for run in it.case.runs.select_related("ended_by").order_by("pk")}
    mediated, confirmed = runs.get("mediate"), runs.get("confirm")
    by = mediated.ended_by if mediated else None
    facts = it.case.facts
    own = "已在系统内确认" if facts.get("confirmed") else "还没有确认"
    if confirmed and confirmed.ended_at and facts.get("confirmed"):
        own += f"，{campus_day(confirmed.ended_at):%Y年%-m月%-d日}"
    met = (
        f"{campus_day(mediated.ended_at):%Y年%-m月%-d日}" if mediated and mediated.ended_at else "—"
    )
    return {
        "number": it.number,
        "printed": printed,
        "standing": "双方签字、调解员签字并加盖调解委员会印章后生效",
        "facts": [
            ["申请人", f"{it.applicant.name}，{it.applicant.unit}"],
            ["争议类别", it.get_topic_display()],
            ["登记", f"{campus_day(it.registered_at):%Y年%-m月%-d日}"],
            ["调解", f"{met}，调解员 {by.name if by else '—'}"],
            ["申请人意见", own],
        ],
        "agreement": text.splitlines(),
        "law": [
            f"{LAW}第十四条：双方签名或盖章、调解员签名并加盖调解组织印章后生效，应当履行。",
            "一方不履行的，另一方可以申请仲裁（第十五条）；拖欠报酬等事项可以申请支付令（第十六条）。",
        ],
        "signs": ["申请人", "学校代表", "调解员", "调解委员会（盖章）"],
    }  # fmt: skip


def told(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Put an opened part into words."""
    return [(label, str(data[name])) for name, label in FIELDS.items() if data.get(name)]


@dataclass(frozen=True)
class Counted:
    """A year's register in numbers: fewer cases prove nothing unless people still come to ask."""

    year: int
    cases: int
    inquiries: int
    earlier: EarlierYear | None

    @property
    def per_hundred(self) -> str:
        """Return how many of a hundred inquiries became a case."""
        return f"{self.cases * PER / self.inquiries:.1f}" if self.inquiries else "—"


def counted(at: datetime) -> Counted:
    """Return the year's numbers as of a moment."""
    year = campus_day(at).year
    return Counted(
        year,
        LabourDispute.objects.filter(registered_at__year=year).count(),
        Inquiry.objects.filter(on__year=year).count(),
        EarlierYear.objects.filter(year=year - 1).select_related("by", "confirmed_by").first(),
    )
