"""Lay rosters, override and swap shifts, keep the hotline's number. Each is one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction

from smartunion.kernel.base.days import CAMPUS, campus_day, end_of, start_of
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Channel, Priority
from smartunion.kernel.people.models import Absence, Person, Unit
from smartunion.kernel.trail.record import record, record_own

from . import reads, refusals, rules
from .models import Check, Hotline, Pattern, PatternTurn, Shift, Swap
from .rules import Part, Post, Rotation, Stretch, Terms

HANDOVER = time(8)
"""When a shift of 24 hours is handed over, unless the pattern says another hour."""

WEEK = 7

CHECK = "duty.check"
"""First word of what a test message is about; its reply and its link come back by it."""


@transaction.atomic
def set_pattern(
    *,
    unit: Unit | None,
    post: Post,
    part: Part,
    persons: Sequence[Person],
    first_on: date,
    days_each: int = WEEK,
    since: time = HANDOVER,
    until: time = HANDOVER,
    by: Person | None,
    at: datetime,
) -> Pattern:
    """Set whose turn it is at a post; the former rotation of the hour goes on to the handover.

    Shifts that it had laid from then on are dropped, overrides and swaps stay. `since` equal to
    `until` is 24 hours; several patterns of other hours make up a day together. Nothing is laid
    yet: call `lay`.
    """
    if not persons:
        raise refusals.NobodyInTurn
    for person in persons:
        _must_be_eligible(person, unit, post, at)
    begins = max(datetime.combine(first_on, since, CAMPUS), at)
    former = Pattern.objects.select_for_update().filter(
        unit=unit, post=post, part=part, since=since, ended_at=None
    )
    if former.exists():  # it goes on to the very hour, however far ahead that is
        lay(until=begins, by=by, at=at)
    for one in former:
        _end(one, begins, at=at)
    pattern = Pattern.objects.create(
        unit=unit, post=post, part=part, first_on=first_on, days_each=days_each,
        since=since, until=until,
    )  # fmt: skip
    PatternTurn.objects.bulk_create(
        PatternTurn(pattern=pattern, number=number, person=person)
        for number, person in enumerate(persons)
    )
    names = "、".join(person.name for person in persons)
    record("duty.pattern_set", pattern, by=by, at=at, turns=names[:400], days_each=days_each)
    return pattern


@transaction.atomic
def end_pattern(
    *, pattern_id: int, last_on: date, by: Person | None, at: datetime, because: str
) -> Pattern:
    """Let a rotation end with a day; overrides and swaps beyond it stay, the rest is a gap then."""
    pattern = Pattern.objects.select_for_update().filter(pk=pattern_id, ended_at=None).first()
    if pattern is None:
        raise refusals.PatternOver
    begins = max(end_of(last_on), at)
    lay(until=begins, by=by, at=at)
    _end(Pattern.objects.get(pk=pattern_id), begins, at=at)
    record("duty.pattern_ended", pattern, by=by, at=at, because=because, last_on=str(last_on))
    return pattern


def _end(pattern: Pattern, begins: datetime, *, at: datetime) -> None:
    """End a rotation and drop what it has laid from a moment on."""
    pattern.ended_at = at
    pattern.save(update_fields=["ended_at"])
    laid = reads.standing_shifts().filter(pattern=pattern, kind=Shift.Kind.LAID)
    laid.filter(since__gte=begins).update(dropped_at=at)
    for shift in laid.filter(since__lt=begins, until__gt=begins):
        _take_out(shift, (begins, shift.until), at=at)


@transaction.atomic
def lay(*, until: datetime, by: Person | None, at: datetime) -> int:
    """Lay every rotation up to a moment; return how many shifts.

    What is covered already (an override, a swap) stays; a person who has another shift then is not
    laid over it: the gap is shown, and an officer decides. Such a gap closes with the next laying
    once the person is free again (the primary's line was changed before the deputy's). Can be run
    twice.
    """
    patterns = list(
        Pattern.objects.select_for_update(of=("self",))
        .filter(ended_at=None)
        .prefetch_related("turns")
        .order_by("id")
    )
    if all(one.laid_until is not None and one.laid_until >= until for one in patterns):
        return 0
    begins = {
        one.pk: min(one.laid_until, max(at, start_of(one.first_on)))
        if one.laid_until
        else start_of(one.first_on)
        for one in patterns
    }
    first = min(begins.values())
    busy: dict[int, list[Stretch]] = {}
    taken: dict[tuple[int | None, str, str], list[Stretch]] = {}
    for shift in reads.standing_shifts().filter(until__gt=first):
        stretch = (shift.since, shift.until)
        busy.setdefault(shift.person_id, []).append(stretch)
        taken.setdefault((shift.unit_id, shift.post, shift.part), []).append(stretch)
    fresh = []
    for pattern in patterns:
        begin = begins[pattern.pk]
        line = taken.setdefault((pattern.unit_id, pattern.post, pattern.part), [])
        for turn in rules.turns(_rotation(pattern), begin, until):
            mine = busy.setdefault(turn.person, [])
            whole = (max(turn.since, begin), turn.until)
            for since, ends in rules.without(whole, [*line, *mine]):
                fresh.append(
                    Shift(
                        unit_id=pattern.unit_id, post=pattern.post, part=pattern.part,
                        person_id=turn.person, since=since, until=ends, pattern=pattern,
                    )
                )  # fmt: skip
                line.append((since, ends))
                mine.append((since, ends))
            pattern.laid_until = max(pattern.laid_until or begin, turn.until)
    Shift.objects.bulk_create(fresh, batch_size=1000)
    Pattern.objects.bulk_update(patterns, ["laid_until"])
    if fresh:
        record("duty.laid", fresh[-1], by=by, at=at, shifts=len(fresh))
    return len(fresh)


def _rotation(pattern: Pattern) -> Rotation:
    turns = sorted(pattern.turns.all(), key=lambda turn: turn.number)
    return Rotation(
        first_on=pattern.first_on,
        days_each=pattern.days_each,
        since=pattern.since,
        until=pattern.until,
        persons=[turn.person_id for turn in turns],
    )


@transaction.atomic
def override(
    *,
    unit: Unit | None,
    post: Post,
    part: Part,
    person: Person,
    since: datetime,
    until: datetime,
    by: Person,
    at: datetime,
    because: str,
) -> Shift:
    """Put somebody on duty for a stretch in place of whoever is; also where nobody is.

    The shifts that it covers are cut: what lies before and after stays with its person.
    """
    since = max(since, at)
    if until <= since:
        raise refusals.NoLength(since=since, until=until)
    _must_be_eligible(person, unit, post, since)
    _must_be_there(person, since, until)
    covered = (
        reads.standing_shifts()
        .select_for_update(of=("self",))
        .select_related("person")
        .filter(unit=unit, post=post, part=part, since__lt=until, until__gt=since)
    )
    first: Shift | None = None
    replaced: dict[int, Person] = {}
    for shift in covered.order_by("since"):
        _take_out(shift, (since, until), at=at)
        first = first or shift
        replaced.setdefault(shift.person_id, shift.person)
    made = _put(
        Shift(
            unit=unit, post=post, part=part, person=person, since=since, until=until,
            kind=Shift.Kind.OVERRIDE, instead_of=first,
        )
    )  # fmt: skip
    record(
        "duty.overridden", made, by=by, at=at, because=because, person=person.name,
        instead=first.person.name if first else "",
    )  # fmt: skip
    _tell(
        person, f"duty.shift:{made.pk}", f"请您{_words(made)}", f"由 {by.name} 安排：{because}", at
    )
    for one in replaced.values():
        if one.pk != person.pk:
            told = f"由 {person.name} 接替：{because}"
            _tell(one, f"duty.shift:{made.pk}/out", f"您不用{_words(made)}", told, at)
    return made


def _words(shift: Shift) -> str:
    """Return a shift for a title: 值联系人A主班，3月5日 14:00 起."""
    since = shift.since.astimezone(CAMPUS)
    post, part = shift.get_post_display(), shift.get_part_display()
    return f"值{post}{part}，{since:%-m月%-d日 %H:%M} 起"


def _tell(who: Person, about: str, title: str, text: str, at: datetime) -> None:
    """Tell somebody of a change of their shifts, at once: it may begin soon."""
    notices.tell(
        to=who, about=about, title=title, text=text, link="/duty/mine/",
        priority=Priority.URGENT, at=at,
    )  # fmt: skip


def _take_out(shift: Shift, stretch: Stretch, *, at: datetime) -> None:
    """Drop a shift and lay again what of it lies outside the stretch."""
    shift.dropped_at = at
    shift.save(update_fields=["dropped_at"])
    for since, until in rules.without((shift.since, shift.until), [stretch]):
        Shift.objects.create(
            unit_id=shift.unit_id, post=shift.post, part=shift.part, person_id=shift.person_id,
            since=since, until=until, kind=shift.kind, pattern_id=shift.pattern_id,
            instead_of=shift,
        )  # fmt: skip


def _put(shift: Shift) -> Shift:
    """Save a shift, or refuse in words where the database would not take it."""
    other = (
        reads.standing_shifts()
        .filter(person=shift.person, since__lt=shift.until, until__gt=shift.since)
        .order_by("since")
        .first()
    )
    if other is not None:
        raise refusals.OnDutyElsewhere(
            name=shift.person.name, since=other.since, post=other.get_post_display()
        )
    try:
        with transaction.atomic():
            shift.save()
    except IntegrityError as raced:
        raise refusals.RosterTaken from raced
    return shift


def _must_be_eligible(person: Person, unit: Unit | None, post: Post, at: datetime) -> None:
    if not reads.is_eligible(person, unit=unit, post=post, at=at):
        raise refusals.NotEligible(
            name=person.name, post=post.label, offices="、".join(reads.titles_for(post))
        )


def _must_be_there(person: Person, since: datetime, until: datetime) -> None:
    days = Absence.objects.filter(person=person, since__lte=until.date(), until__gt=since.date())
    for absence in days:
        if start_of(absence.since) < until and start_of(absence.until) > since:
            raise refusals.AwayThen(name=person.name)


@transaction.atomic
def ask_swap(
    *,
    shift_id: int,
    other: Person,
    in_return_id: int | None = None,
    by: Person,
    at: datetime,
    because: str,
) -> Swap:
    """Ask somebody to take one's shift, for one of theirs or for none; nothing changes yet."""
    if other.pk == by.pk:
        raise refusals.SwapWithSelf
    shift = _own_shift(shift_id, by, at)
    in_return = _own_shift(in_return_id, other, at) if in_return_id else None
    _must_be_eligible(other, shift.unit, Post(shift.post), shift.since)
    _must_be_there(other, shift.since, shift.until)
    if in_return is not None:
        _must_be_eligible(by, in_return.unit, Post(in_return.post), in_return.since)
        _must_be_there(by, in_return.since, in_return.until)
    there = Swap.objects.filter(shift=shift, state=Swap.State.ASKED).select_related("other").first()
    if there is not None and (there.other, there.in_return_id) == (other, in_return_id):
        return there
    if there is not None:
        raise refusals.SwapWaiting(name=there.other.name)
    swap = Swap.objects.create(
        shift=shift, other=other, in_return=in_return, because=because, asked_at=at
    )
    record("duty.swap_asked", swap, by=by, at=at, because=because, other=other.name)
    told = f"{by.name} 请您{_words(shift)}。事由：{because}"
    _tell(other, f"duty.swap:{swap.pk}", f"{by.name} 请您换班，等您答复", told, at)
    return swap


def _own_shift(shift_id: int, person: Person, at: datetime) -> Shift:
    """Return a person's shift that has not begun, locked."""
    mine = reads.standing_shifts().select_for_update(of=("self",)).select_related("unit", "person")
    shift = mine.filter(pk=shift_id, person=person, since__gt=at).first()
    if shift is None:
        raise refusals.NotYourShift
    return shift


@transaction.atomic
def accept_swap(*, swap_id: int, by: Person, at: datetime) -> Swap:
    """Take the shift that one was asked to take; both shifts change hands, or none."""
    swap = _open_swap(swap_id, at)
    if swap.other_id != by.pk:
        raise refusals.SwapOver
    shift = _own_shift(swap.shift_id, swap.shift.person, at)
    given = [(shift, by)]
    if swap.in_return is not None:
        back = _own_shift(swap.in_return_id or 0, by, at)
        _must_be_eligible(shift.person, back.unit, Post(back.post), back.since)
        given.append((back, shift.person))
    for old, taker in given:
        _must_be_eligible(taker, old.unit, Post(old.post), old.since)
        _must_be_there(taker, old.since, old.until)
        old.dropped_at = at
        old.save(update_fields=["dropped_at"])
    for old, taker in given:
        _put(
            Shift(
                unit=old.unit, post=old.post, part=old.part, person=taker, since=old.since,
                until=old.until, kind=Shift.Kind.SWAP, pattern_id=old.pattern_id, instead_of=old,
            )
        )  # fmt: skip
    return _close_swap(swap, Swap.State.ACCEPTED, by=by, at=at)


@transaction.atomic
def decline_swap(*, swap_id: int, by: Person, at: datetime) -> Swap:
    """Say no to a swap that one was asked for."""
    swap = _open_swap(swap_id, at)
    if swap.other_id != by.pk:
        raise refusals.SwapOver
    return _close_swap(swap, Swap.State.DECLINED, by=by, at=at)


@transaction.atomic
def withdraw_swap(*, swap_id: int, by: Person, at: datetime) -> Swap:
    """Take back a swap that one has asked for."""
    swap = _open_swap(swap_id, at)
    if swap.shift.person_id != by.pk:
        raise refusals.SwapOver
    return _close_swap(swap, Swap.State.WITHDRAWN, by=by, at=at)


def _open_swap(swap_id: int, at: datetime) -> Swap:
    swap = (
        Swap.objects.select_for_update(of=("self",))
        .select_related("shift__person", "other", "in_return")
        .filter(pk=swap_id, state=Swap.State.ASKED, shift__since__gt=at, shift__dropped_at=None)
        .first()
    )
    if swap is None:
        raise refusals.SwapOver
    return swap


def _close_swap(swap: Swap, state: Swap.State, *, by: Person, at: datetime) -> Swap:
    swap.state, swap.answered_at = state, at
    swap.save(update_fields=["state", "answered_at"])
    record("duty.swap_answered", swap, by=by, at=at, because=swap.because, answer=state.label)
    asker, other, about = swap.shift.person, swap.other, f"duty.swap:{swap.pk}/{state.value}"
    if state == Swap.State.WITHDRAWN:
        _tell(other, about, f"{asker.name} 撤回了换班", "不用再答复，原来的班不变。", at)
    else:
        change = "值班表已更新。" if state == Swap.State.ACCEPTED else "这个班仍是您的。"
        _tell(asker, about, f"{other.name}：{state.label}", f"{_words(swap.shift)}。{change}", at)
    return swap


@transaction.atomic
def set_hotline(*, number: str, by: Person | None, at: datetime, because: str) -> Hotline:
    """Keep the number of the 24-hour hotline from now on; the plan's 400xxxxxxx is none (R112)."""
    number = number.strip()
    if not reads.is_number(number):
        raise refusals.HotlinePlaceholder(number=number)
    hotline = Hotline.objects.create(number=number, since=at, because=because)
    record("duty.hotline_set", hotline, by=by, at=at, because=because, number=number)
    return hotline


@transaction.atomic
def ask_checks(*, terms: Terms, by: Person | None, at: datetime) -> list[Check]:
    """Send a test message to whoever is on duty soon and has not answered one this month.

    A number is proven by an answer that came from the phone: the link tapped or 1 replied. It is
    asked for before the month is over, so that nobody goes on duty unproven, and again each time
    the days for an answer have passed.
    """
    last = at - timedelta(days=terms.verify_days - terms.answer_days)
    proven = reads.proven_at(reads.persons_on_duty(at, at + timedelta(days=terms.gap_days)))
    open_checks = {c.person_id: c for c in Check.objects.filter(answered_at=None)}
    patience = timedelta(days=terms.answer_days)
    fresh, again = [], []
    for person, when in proven.items():
        check = open_checks.get(person.pk)
        if check is None and (when is None or when <= last):
            fresh.append(Check(person=person, asked_at=at, due_at=at + patience, reminded_at=at))
        elif check is not None and check.reminded_at + patience <= at:
            check.reminded_at = at
            again.append(check)
    Check.objects.bulk_create(fresh)
    Check.objects.bulk_update(again, ["reminded_at"])
    asked = [*fresh, *again]
    told = notices.tell(
        to=[check.person for check in asked],
        about=f"{CHECK}/{campus_day(at)}",
        title="值班号码核对，请点链接或回复 1",
        text="您在值班表上。收到这条短信，请点链接里的按钮，或直接回复 1。",
        link="/duty/mine/",
        priority=Priority.URGENT,
        channels=[Channel.SMS],
        at=at,
    )
    if told:
        record("duty.checks_sent", asked[0], by=by, at=at, persons=len(told))
    return asked


@transaction.atomic
def answer_check(*, by: Person, at: datetime, via: Check.Via) -> Check:
    """Take the answer to a test message: the number is proven from now on; refuses a second."""
    answered = answer_checks(persons=[by], at=at, via=via)
    if not answered:
        raise refusals.NoCheckOpen
    return answered[0]


@transaction.atomic
def answer_checks(*, persons: Sequence[Person], at: datetime, via: Check.Via) -> list[Check]:
    """Take the answers that several have given, each to their own test message, in one go.

    Who has none open, or has answered it already, is left out.
    """
    waiting = Check.objects.select_for_update(of=("self",)).filter(
        person__in=persons, answered_at=None
    )
    checks = list(waiting.select_related("person").order_by("pk"))
    for check in checks:
        check.answered_at, check.via = at, via
    Check.objects.bulk_update(checks, ["answered_at", "via"])
    notices.believe(persons=[check.person for check in checks], channel=Channel.SMS, at=at)
    told = [(check.person, check, {"way": via.label}) for check in checks]
    record_own("duty.check_answered", told, at=at)
    return checks
