"""Where an application stands, in the seven steps of 5.2, for whoever asked for help."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from smartunion.domains.aid.models import Application, Disbursement
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files.models import File
from smartunion.kernel.files.reads import of as files_of
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.web.wording import day

SEVEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("个人申请", ("apply", "accept")),
    ("分工会核实", ("verify",)),
    ("入户调查", ("visit",)),
    ("常委会票决", ("agenda", "vote", "reserve")),
    ("校内公示", ("publish", "reopen")),
    ("财务放款", ("pay",)),
    ("回访", ("revisit",)),
)
SAID_NO = ("不予救助", ("reject", "shut"))
STATES = {
    "draft": ("off", "还没交"),
    "consent": ("wait", "等本人同意"),
    "open": ("run", "办理中"),
    "returned": ("wait", "要补材料"),
    "approved": ("run", "票决通过"),
    "paid": ("ok", "已放款"),
    "refused": ("no", "不予救助"),
    "withdrawn": ("off", "已撤回"),
    "reclaimed": ("no", "须退回"),
}


@dataclass(frozen=True)
class Day:
    """One working day of an objection window."""

    on: date
    mark: str


@dataclass(frozen=True)
class Stage:
    """One of the seven steps as it stands."""

    number: int
    name: str
    state: str
    """done, now or next."""
    when: str = ""
    words: str = ""
    lead: str = ""
    backup: str = ""
    late: bool = False
    due_at: datetime | None = None
    days: Sequence[Day] = ()
    posting: Posting | None = None
    objections: int = 0


@dataclass(frozen=True)
class Track:
    """An application as its own person sees it."""

    application: Application
    mark: str
    words: str
    now: str
    stages: Sequence[Stage]
    day_number: int = 0
    days: int = 0
    percent: int = 0
    papers: Sequence[File] = field(default_factory=tuple)
    paid: Disbursement | None = None
    letter: bool = False

    @property
    def masked(self) -> str:
        """Return how the posting names the person: 林**."""
        return f"{self.application.beneficiary.name[:1]}**"

    @property
    def may_withdraw(self) -> bool:
        """Test if the application can still be taken back."""
        return self.application.state in ("draft", "consent", "open", "returned", "approved")

    @property
    def may_add(self) -> bool:
        """Test if papers can still be added."""
        return self.application.state in ("open", "returned", "approved")

    @property
    def last_day(self) -> date | None:
        """Return the last day on which the money has to be paid."""
        until = self.application.promised_at
        return campus_day(until - timedelta(microseconds=1)) if until else None


def track(application: Application, *, at: datetime) -> Track:
    """Return the application's way through the seven steps."""
    runs: dict[str, StepRun] = {}
    if application.case_id:
        of_case = StepRun.objects.filter(case=application.case_id).select_related(
            "lead", "backup", "ended_by"
        )
        for run in of_case.order_by("pk"):
            runs[run.step] = run
    said_no = any(code in runs for code in SAID_NO[1])
    rows = SEVEN if not said_no else (*SEVEN[:4], SAID_NO)
    stages = [
        _stage(number, name, [runs[c] for c in codes if c in runs], application, at)
        for number, (name, codes) in enumerate(rows, 1)
    ]
    mark, words = STATES[application.state]
    now = next((s.name for s in stages if s.state == "now"), "")
    gone, whole = _gone(application, at)
    return Track(
        application=application,
        mark=mark,
        words=words,
        now=now,
        stages=[s for s in stages if not said_no or s.state != "next"],
        day_number=gone,
        days=whole,
        percent=min(100, round(gone * 100 / whole)) if whole else 0,
        papers=tuple(files_of(application).filter(kind="other")),
        paid=Disbursement.objects.filter(application=application).first(),
        letter="reject" in runs and runs["reject"].state == StepRun.State.PASSED,
    )


def _gone(application: Application, at: datetime) -> tuple[int, int]:
    if application.accepted_at is None or application.promised_at is None:
        return 0, 0
    begun = campus_day(application.accepted_at)
    whole = (campus_day(application.promised_at - timedelta(microseconds=1)) - begun).days
    return max((campus_day(at) - begun).days, 0), whole


def _stage(
    number: int, name: str, runs: list[StepRun], application: Application, at: datetime
) -> Stage:
    if not runs:
        return Stage(number, name, "next", *_later(name, application))
    run = next((r for r in runs if r.state == StepRun.State.OPEN), runs[-1])
    if run.state == StepRun.State.OPEN:
        state = "now"
    elif run.state in (StepRun.State.PASSED, StepRun.State.SKIPPED):
        state = "done"
    else:
        return Stage(number, name, "next", words="已退回重来")
    posting = posting_of(run) if run.step == "publish" else None
    return Stage(
        number=number,
        name=name,
        state=state,
        when=day(run.ended_at) if run.ended_at else "进行中",
        words=_words(run, application),
        lead=run.lead.name if run.lead else "",
        backup=run.backup.name if run.backup else "",
        late=bool(run.due_at and (run.ended_at or at) >= run.due_at and run.step != "publish"),
        due_at=run.due_at if state == "now" else None,
        posting=posting,
        days=_window(posting, at) if posting else (),
        objections=posting.objections.count() if posting else 0,
    )


def _later(name: str, application: Application) -> tuple[str, str]:
    """Return when a step that is still to come will be, and what it will bring."""
    if name == "财务放款" and application.promised_at:
        last = campus_day(application.promised_at - timedelta(microseconds=1))
        return f"最晚 {day(last)}", f"打到尾号 {application.account_tail} 的账户"
    return ("放款以后", "福利部来之前先打电话约") if name == "回访" else ("", "")


def _window(posting: Posting, at: datetime) -> list[Day]:
    calendar, today = campus(), campus_day(at)
    last = campus_day(posting.closes_at - timedelta(microseconds=1))
    found, on = [], posting.counted_from_on
    while on < last:
        on += timedelta(days=1)
        if calendar.is_working_day(on):
            mark = "past" if on < today else "today" if on == today else ""
            found.append(Day(on, mark))
    return found


def _words(run: StepRun, application: Application) -> str:
    """Return what an applicant understands of a step: who, and what came of it."""
    passed = run.state == StepRun.State.PASSED
    channel = "走临时线上票决" if application.online else "等例会票决"
    tail = application.account_tail
    said = {
        "apply": "你提交了申请" if passed else "等你填好交上来",
        "accept": f"已受理，{channel}" if passed else "分会在看材料齐不齐",
        "visit": _visited(run, application),
        "agenda": "等常委会例会",
        "vote": _voted(application),
        "reserve": _voted(application),
        "pay": f"已打到尾号 {tail} 的账户" if passed else f"打到尾号 {tail} 的账户",
        "reject": "书面告知在下面，只有你能看到" if passed else "",
    }.get(run.step, "")
    return said or (f"{run.ended_by.name}已办" if run.ended_by else "")


def _visited(run: StepRun, application: Application) -> str:
    visit = application.visits.filter(run_id=run.pk).first()
    return f"{visit.written_by.name}、{visit.companion.name}，两人同访" if visit else ""


def _voted(application: Application) -> str:
    facts = application.case.facts if application.case else {}
    if facts.get("yes") is None:
        return "七位常委在各自的手机上无记名投票"
    return f"同意 {facts['yes']}，反对 {facts['no']}，弃权 {facts['abstained']}"


def mine(person_id: int, *, at: datetime) -> list[Track]:
    """Return the applications that are a person's own or that they filled in, newest first."""
    rows = Application.objects.filter(beneficiary=person_id) | Application.objects.filter(
        filed_by=person_id, state__in=["draft", "consent", "returned"]
    )
    found = rows.exclude(state="withdrawn", case__isnull=True).select_related(
        "beneficiary", "filed_by", "unit", "case"
    )
    return [track(each, at=at) for each in found.order_by("-pk")]


def own(application_id: int, person_id: int) -> Application | None:
    """Return the application if it is the person's own or filled in by them; else None."""
    found = (
        Application.objects.filter(pk=application_id)
        .select_related("beneficiary", "filed_by", "unit", "case")
        .first()
    )
    if found is None or person_id not in (found.beneficiary_id, found.filed_by_id):
        return None
    return found
