"""What a person may do on a case, act by act; what they may not do comes with the refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity.models import Posting

from . import engine, refusals, staffing
from .define import APPLICANT, Kind, Procedure
from .forms import Assigning, Because, Form, Migrating, SendingBack, StepForm
from .models import Case, Poll, Signature, StepRun, Voter
from .registry import newer_than
from .shown import CaseShown, StepShown, targets_back
from .versions import facts_lost
from .windows import posting_of


class NotTheBackup(Refused):
    """Only the B part takes over."""

    code = "procedures.not_the_backup"
    text = "只有 B角能接手，“{step}”的 B角是{backup}"
    clause = "2.2"
    remedy = "B角也不在时，请常务副主席指定"
    status = 403


class NotTheApplicant(Refused):
    """Only who has put a case in takes it back."""

    code = "procedures.not_the_applicant"
    text = "只有{whose}能撤回本件"
    clause = "2.2"
    remedy = "认为不该办的，退回上一步并写明理由"
    status = 403


class NowhereBack(Refused):
    """Nothing lies behind the step."""

    code = "procedures.nowhere_back"
    text = "“{step}”前面没有已办的步骤可以退回"
    clause = "2.2"
    remedy = "发现材料不对，请联系上一步的经办人"


@dataclass(frozen=True)
class PollShown:
    """票决: the roll, my place in it, and the tally once it is over."""

    poll: Poll
    voters: Sequence[Voter]
    mine: Voter | None
    no: Refused | None
    stays_out: Because

    @property
    def voted(self) -> int:
        """Return how many have voted."""
        return sum(one.state == Voter.State.VOTED for one in self.voters)

    @property
    def called(self) -> int:
        """Return how many may vote: the body without those who stay out."""
        return sum(one.state != Voter.State.RECUSED for one in self.voters)


@dataclass(frozen=True)
class Panel:
    """What one open step offers this person. A refusal stands for what may not be done."""

    shown: StepShown
    run: StepRun
    form: StepForm | None
    page: str
    no: Refused | None
    """Why this person may not do it at all."""
    needs: Refused | None
    """What is still missing before whoever may do it can finish."""
    back: SendingBack | None
    back_no: Refused | None
    over: Because | None
    over_no: Refused | None
    assign: Assigning | None
    """For holders of `procedures.assign`; an applicant's own step is nobody else's."""
    poll: PollShown | None
    posting: Posting | None
    signatures: Sequence[Signature]

    @property
    def may_act(self) -> bool:
        """Return whether the form is this person's to fill in."""
        return self.no is None and self.shown.step.kind not in {Kind.VOTE, Kind.PUBLICITY}

    @property
    def by_hand(self) -> bool:
        """Return whether a person finishes it, so that sending back and taking over are told of."""
        return self.shown.step.kind in {Kind.HUMAN, Kind.OUTSIDE}

    @property
    def has_more(self) -> bool:
        """Return whether anything can be done about the step besides finishing it."""
        return self.by_hand or self.back is not None or self.assign is not None

    @property
    def anchor(self) -> str:
        """Return the element of the page that holds it."""
        return f"step-{self.run.pk}"


def prefix_of(run: StepRun) -> str:
    """Return what the fields of a step's form begin with: two steps may be open at once."""
    return f"s{run.pk}"


def panels(
    shown: CaseShown, person: Person, *, at: datetime, bound: Form | None = None
) -> list[Panel]:
    """Return a panel for each open step; `bound` is the form that was sent and not accepted."""
    names = staffing.may(person, staffing.ASSIGN, at)
    return [
        _panel(shown, one, person, at=at, bound=bound, names=names)
        for one in shown.open_steps
        if one.run
    ]


def typed(bound: Form | None, empty: Form) -> Any:
    """Return the form as it was sent, if it is this very one; else the empty one."""
    same = bound is not None and type(bound) is type(empty) and bound.prefix == empty.prefix
    return bound if same else empty


def _panel(
    shown: CaseShown,
    one: StepShown,
    person: Person,
    *,
    at: datetime,
    bound: Form | None,
    names: bool,
) -> Panel:
    run, step = one.run, one.step
    if run is None:
        raise ValueError(f"{step.code} is not open")
    run.case = shown.case
    no = _hard(run, shown.case, one, person)
    needs = None if no else engine.why_not(run, person, at=at)
    back = targets_back(shown, step)
    there = frozenset(run.evidence.values_list("output", flat=True))
    form: StepForm | None = None
    if no is None and not step.page and step.kind not in {Kind.VOTE, Kind.PUBLICITY}:
        empty = StepForm(
            sheet=shown.sheet, step=step, facts=shown.case.facts, there=there, prefix=prefix_of(run)
        )
        form = typed(bound, empty)
    return Panel(
        shown=one,
        run=run,
        form=form,
        page=_page(step.page, run),
        no=no,
        needs=needs,
        back=typed(bound, SendingBack(targets=back, prefix=f"b{run.pk}"))
        if back and no is None
        else None,
        back_no=no or (None if back else NowhereBack(step=step.name)),
        over=typed(bound, Because(prefix=f"o{run.pk}")) if run.backup_id == person.pk else None,
        over_no=_over_no(run, one, person),
        assign=typed(bound, Assigning(prefix=f"n{run.pk}"))
        if names and step.duty.lead != APPLICANT
        else None,
        poll=_poll(run, one, person, at, bound),
        posting=posting_of(run) if step.publicity else None,
        signatures=list(run.signatures.select_related("person").order_by("at")),
    )


def _hard(run: StepRun, case: Case, one: StepShown, person: Person) -> Refused | None:
    """Return why the step is not this person's, or is nobody's to finish by hand."""
    if one.step.kind == Kind.VOTE:
        return refusals.VoteOnly(step=one.step.name)
    try:
        staffing.check(run, case, one.step, person)
    except Refused as no:
        return no
    return None


def _page(name: str, run: StepRun) -> str:
    """Return the address of the domain's own page for the step, empty for none."""
    if not name:
        return ""
    try:
        return reverse(name, kwargs={"run_id": run.pk})
    except NoReverseMatch:
        return ""


def _over_no(run: StepRun, one: StepShown, person: Person) -> Refused | None:
    if run.taken_over_at and run.backup:
        return refusals.TakenAlready(step=one.step.name, person=run.backup.name)
    if run.backup_id != person.pk:
        backup = run.backup.name if run.backup else "（空缺）"
        return NotTheBackup(step=one.step.name, backup=backup)
    return None


def _poll(
    run: StepRun, one: StepShown, person: Person, at: datetime, bound: Form | None
) -> PollShown | None:
    poll = Poll.objects.filter(run=run).first()
    if poll is None:
        return None
    voters = list(poll.voters.select_related("person").order_by("person__name"))
    mine = next((voter for voter in voters if voter.person_id == person.pk), None)
    no: Refused | None = None
    if mine is None:
        no = refusals.NotOfTheBody(by=person.name, step=one.step.name)
    elif mine.state == Voter.State.VOTED:
        no = refusals.VotedAlready(by=person.name)
    elif mine.state == Voter.State.RECUSED:
        no = refusals.Recused(by=person.name, step=one.step.name, because=mine.because)
    elif poll.closed_at is not None:
        no = refusals.PollOver(step=one.step.name, at=poll.closed_at)
    return PollShown(poll, voters, mine, no, typed(bound, Because(prefix=f"r{run.pk}")))


def withdrawal_no(case: Case, person: Person) -> Refused | None:
    """Return why this person may not take the case back; None where they may."""
    if case.closed_at is not None:
        return refusals.CaseClosed(case=case.title, at=case.closed_at)
    whose = case.applicant or case.opened_by
    if whose is None or whose.pk != person.pk:
        return NotTheApplicant(whose=whose.name if whose else "申请人")
    return None


@dataclass(frozen=True)
class Version:
    """新版: the case runs by an older version of its sheet than the one in force."""

    to: Procedure
    lost: Sequence[str]
    """What is known of the case and the newer version does not ask: it cannot be moved."""
    form: Migrating | None
    """For holders of `procedures.migrate`, unless something would be lost."""


def version(
    shown: CaseShown, person: Person, *, at: datetime, bound: Form | None = None
) -> Version | None:
    """Return what is newer than the case's own version; None where nothing is, or it is over."""
    case, to = shown.case, newer_than(shown.sheet)
    if to is None or case.closed_at is not None:
        return None
    lost = facts_lost(case, shown.sheet, to)
    form = None
    if not lost and staffing.may(person, "procedures.migrate", at):
        form = typed(bound, Migrating(case=case, sheet=shown.sheet, to=to, prefix="v"))
    return Version(to, lost, form)
