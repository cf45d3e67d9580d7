"""A proposal from the first name under it to its rating; silence, merging, the suggestions box."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from smartunion.domains.congress.actions import terms
from smartunion.domains.congress.models import Congress as Sitting
from smartunion.domains.congress.models import Delegate
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import period_of
from smartunion.domains.planning import public as planning
from smartunion.domains.proposals.actions import handling, rating, suggesting, waiting, writing
from smartunion.domains.proposals.models import Cosigner, Proposal, Suggestion
from smartunion.domains.proposals.reads import shown, totals
from smartunion.domains.proposals.rules import refusals
from smartunion.domains.proposals.rules.outcomes import Outcome
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, start_of
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Appointment, Office, Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.tree import reads as tree

EVE = datetime(2025, 9, 30, 16, 0, tzinfo=CAMPUS)
"""The eve of National Day: eight days off follow."""


@dataclass
class Congress:
    """Three delegates, the committee, and one's own clock."""

    people: dict[str, Person]
    delegates: list[Person]
    at: datetime = EVE

    def until(self, at: datetime) -> None:
        self.at = at
        for _ in range(5):
            if not fire_due(at=at) + deliver(at=at):
                break

    def written(
        self, *, urgent: bool = False, names: int = 3, subject: str = "食堂延时"
    ) -> Proposal:
        made = writing.write(
            subject=subject, analysis="晚课后没有热饭", measures="延到 20:30", is_urgent=urgent,
            urgent_because="已有人低血糖" if urgent else "", by=self.delegates[0], at=self.at,
        )  # fmt: skip
        for one in self.delegates[1:names]:
            writing.cosign(proposal_id=made.pk, by=one, at=self.at)
        return made

    def submitted(self, **told: Any) -> Proposal:
        made = self.written(**told)
        return writing.submit(proposal_id=made.pk, by=self.delegates[0], at=self.at)

    def whose(self, it: Proposal, step: str) -> Person:
        run = StepRun.objects.get(case=it.case, step=step, state="open")
        found = run.lead or run.backup
        assert found is not None
        return found

    def filed(self, it: Proposal, filing: str = "filed", **more: Any) -> Proposal:
        by = self.whose(it, "file_urgent" if it.is_urgent else "file")
        return handling.file(proposal_id=it.pk, filing=filing, by=by, at=self.at, **more)

    def answered(
        self, it: Proposal, outcome: Outcome = Outcome.DONE, planned_on: date | None = None,
        host: str = "tang",
    ) -> Proposal:  # fmt: skip
        """Assign where that is open, meet, reply, countersign."""
        host_ = self.people[host]
        if StepRun.objects.filter(case=it.case, step="assign", state="open").exists():
            by = self.whose(it, "assign")
            handling.assign(proposal_id=it.pk, host=host_, by=by, at=self.at)
        handling.meet(proposal_id=it.pk, minutes="当面谈过", by=host_, at=self.at)
        handling.reply(
            proposal_id=it.pk, outcome=outcome, answer="自下月起延时", planned_on=planned_on,
            by=host_, at=self.at,
        )  # fmt: skip
        return self.countersigned(it)

    def countersigned(self, it: Proposal) -> Proposal:
        by = self.whose(it, "countersign")
        return handling.countersign(proposal_id=it.pk, agrees=True, note="", by=by, at=self.at)

    def rated(self, it: Proposal, *ratings: int) -> None:
        """Let the author and the co-signers rate, in the order in which they signed."""
        for one, said in zip(self.delegates, ratings, strict=False):
            rating.rate(proposal_id=it.pk, rating=said, by=one, at=self.at)


def seated(people: list[Person], at: datetime) -> None:
    """Give seats in their unit's congress, convened on first use."""
    unit = people[0].unit
    assert unit is not None
    held = Sitting.objects.filter(unit=unit).first() or terms.convene(
        unit_id=unit.pk, session=1, since=date(2025, 1, 1), until=date(2028, 1, 1), by=None, at=at
    )
    for one in people:
        terms.seat(congress_id=held.pk, person_id=one.pk, delegation="教师", by=None, at=at)


@pytest.fixture
def congress(organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Congress:
    planning.import_year(year=2025, by=None, at=EVE, because="test")
    delegates = [organization[name] for name in ("lin", "gu", "hongmei")]
    seated(delegates, EVE - timedelta(days=60))
    if not holders("democracy_committee_chair", on=EVE.date()):
        chair = Office.objects.get(code="democracy_committee_chair")
        mo = organization["mo"]
        Appointment.objects.create(office=chair, unit=mo.unit, person=mo, since=date(2025, 1, 1))
    made = Congress(organization, delegates)
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made


@pytest.mark.clause("R158")
@pytest.mark.clause("T61")
def test_two_cosigners_cannot_submit_and_a_cosigner_cannot_be_entered_by_someone_else(
    congress: Congress,
) -> None:
    """Three with the proposer; each with their own account, once; only delegates."""
    it = congress.written(names=2)
    with pytest.raises(refusals.TooFewCosigners, match="还差 1 人"):
        writing.submit(proposal_id=it.pk, by=congress.delegates[0], at=congress.at)
    with pytest.raises(refusals.SignedAlready):
        writing.cosign(proposal_id=it.pk, by=congress.delegates[1], at=congress.at)
    with pytest.raises(refusals.NotDelegate):
        writing.cosign(proposal_id=it.pk, by=congress.people["tang"], at=congress.at)
    client = Client()
    client.force_login(congress.delegates[1])
    page = reverse("proposals:proposal", args=[it.number])
    third = congress.delegates[2]
    answer = client.post(page, {"do": "cosign", "person": third.pk})
    assert answer.status_code == 403
    assert "联名只能由本人登录自己的账号办，不能代别人填" in answer.content.decode()
    assert not it.cosigners.filter(person=third).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Cosigner.objects.create(proposal=it, person=congress.delegates[1], at=congress.at)
    run = StepRun.objects.get(case=it.case, step="submit")
    with pytest.raises(Refused):
        engine.pass_step(
            run_id=run.pk, facts={"cosigners": 9, "needed": 3},
            outputs={"form": Given(text="九个名字")}, by=congress.delegates[0], at=congress.at,
        )  # fmt: skip
    client.force_login(third)
    assert client.post(page, {"do": "cosign"}).status_code == 302
    writing.leave(proposal_id=it.pk, by=third, at=congress.at)
    assert not it.cosigners.filter(person=third).exists(), "one's own name may be taken back"
    writing.cosign(proposal_id=it.pk, by=third, at=congress.at)
    with pytest.raises(refusals.NoLeaving):
        writing.leave(proposal_id=it.pk, by=congress.delegates[0], at=congress.at)
    mo = congress.people["mo"]
    seated([mo], EVE)
    with pytest.raises(refusals.OtherCongress, match="现任代表"):
        writing.cosign(proposal_id=it.pk, by=mo, at=congress.at)
    post = Appointment.objects.get(pk=Delegate.objects.get(person=third).appointment_id)
    Appointment.objects.filter(pk=post.pk).update(until=congress.at.date())
    with pytest.raises(refusals.TooFewCosigners, match="现在 2 人"):
        writing.submit(proposal_id=it.pk, by=congress.delegates[0], at=congress.at)
    Appointment.objects.filter(pk=post.pk).update(until=post.until)
    writing.submit(proposal_id=it.pk, by=congress.delegates[0], at=congress.at)
    with pytest.raises(refusals.NotGathering):
        writing.cosign(proposal_id=it.pk, by=congress.people["chen"], at=congress.at)
    with pytest.raises(refusals.LastNames):
        writing.leave(proposal_id=it.pk, by=third, at=congress.at)


@pytest.mark.clause("3.4-1②")
@pytest.mark.clause("R159")
def test_urgent_at_16_on_the_eve_of_national_day_is_due_16_next_day(congress: Congress) -> None:
    """Holidays do not stop the hours; A's deputy hears at 50 %, the chair at 90 %."""
    with pytest.raises(refusals.WhyUrgent):
        writing.write(
            subject="x", analysis="y", measures="z", is_urgent=True,
            by=congress.delegates[0], at=congress.at,
        )  # fmt: skip
    it = congress.submitted(urgent=True)
    run = StepRun.objects.get(case=it.case, step="file_urgent")
    assert run.due_at == datetime(2025, 10, 1, 16, 0, tzinfo=CAMPUS)
    congress.until(EVE + timedelta(hours=13))
    told = Entry.objects.filter(what="procedures.escalated").order_by("pk")
    assert [one.facts["percent"] for one in told] == [50]
    congress.until(EVE + timedelta(hours=22))
    assert [one.facts["percent"] for one in told.all()] == [50, 90]
    with pytest.raises(refusals.ReasonMissing):
        congress.filed(it, is_downgraded=True)
    congress.filed(it, is_downgraded=True, because="不影响安全，可以排队")
    congress.until(EVE + timedelta(hours=25))
    it.refresh_from_db()
    assert (it.filing, it.by_silence) == ("filed", False)
    (fact,) = totals.proposals(date(2025, 9, 1), date(2025, 10, 2))
    assert (fact.answered_in_time, fact.downgraded) == (True, True)
    period, on = period_of("Q", EVE.date()), EVE.date()
    assert "1 件，1 名提案人，一人最多 1 件" in str(MEASURES["K48"].rows(period, on))
    assert MEASURES["K48"].tally(period, on).value == 100, "counted beside, and blocks nothing"
    (told_of,) = shown.downgraded()
    assert (told_of.proposer, told_of.count, told_of.of) == (congress.delegates[0], 1, 1)


def test_silence_files_the_proposal(congress: Congress) -> None:
    it = congress.submitted(urgent=True)
    congress.until(EVE + timedelta(hours=24, seconds=1))
    it.refresh_from_db()
    assert (it.filing, it.by_silence) == ("filed", True)
    assert StepRun.objects.get(case=it.case, state="open").step == "assign"
    heard = Notice.objects.filter(about=f"proposals.proposal:{it.pk}:filed")
    assert set(heard.values_list("person", flat=True)) == {one.pk for one in congress.delegates}
    (fact,) = totals.proposals(date(2025, 9, 1), date(2025, 10, 2))
    assert not fact.answered_in_time, "silence files it, and is no answer (K48)"


def test_merging_keeps_both_authors_timelines(congress: Congress) -> None:
    """The merged one is explained and closed; both pages tell both ways."""
    first = congress.submitted()
    congress.filed(first)
    second = congress.submitted(subject="食堂夜宵")
    with pytest.raises(refusals.ReasonMissing):
        congress.filed(second, "merged", into=first.number)
    with pytest.raises(refusals.MergeWrong, match="没有这件提案"):
        congress.filed(second, "merged", into="TA-0", because="同一事项")
    with pytest.raises(refusals.MergeWrong, match="自己"):
        congress.filed(second, "merged", into=second.number, because="同一事项")
    congress.filed(second, "merged", into=first.number, because="同一事项")
    congress.until(congress.at + timedelta(minutes=1))
    second.refresh_from_db()
    second.case.refresh_from_db()
    assert second.case.closed_at is not None
    congress.answered(first)
    ours = shown.timeline(shown.proposal(second.number) or second)
    assert {one.of for one in ours} == {"", first.number}
    assert "书面答复" in [one.name for one in ours if one.of == first.number]
    theirs = shown.timeline(shown.proposal(first.number) or first)
    assert {one.of for one in theirs} == {"", second.number}
    third = congress.submitted(subject="意见")
    congress.filed(third, "suggestion", because="不必立案，直接答复")
    congress.until(congress.at + timedelta(minutes=1))
    box = Suggestion.objects.get(author=congress.delegates[0])
    assert third.number in box.text, "what became a suggestion is answered like one"
    congress.until(start_of(box.due_on) + timedelta(hours=9, minutes=1))
    assert Notice.objects.filter(title=f"{box.number} 今天要答复").exists()


@pytest.mark.clause("T63")
def test_what_is_planned_has_a_day_and_is_carried_out_only_when_it_was_kept(
    congress: Congress,
) -> None:
    """Listed for later: closed at once, carried out by the day promised; late does not count."""
    it = congress.filed(congress.submitted())
    with pytest.raises(refusals.PlanDateMissing):
        congress.answered(it, Outcome.PLANNED)
    host, day = congress.people["tang"], congress.at.date() + timedelta(days=30)
    handling.reply(
        proposal_id=it.pk, outcome=Outcome.PLANNED, answer="十月底前", planned_on=day, by=host,
        at=congress.at,
    )  # fmt: skip
    congress.countersigned(it)
    congress.rated(it, 4, 4, 4)
    told = {"proposal_id": it.pk, "proof": "窗口已延到 20:30", "at": congress.at}
    with pytest.raises(refusals.NotTheHost):
        handling.fulfil(by=congress.delegates[1], **told)
    assert shown.figures().carried_out == 0
    client = Client()
    client.force_login(host)
    page = reverse("proposals:proposal", args=[it.number])
    assert "登记兑现" in client.get(page).content.decode()
    client.post(page, {"do": "fulfil", "proof": "窗口已延到 20:30"})
    it.refresh_from_db()
    assert it.fulfilled_at == congress.at
    assert shown.figures().carried_out == 1
    with pytest.raises(refusals.NothingPlanned):
        handling.fulfil(by=host, **told)
    Proposal.objects.filter(pk=it.pk).update(planned_on=day - timedelta(days=31))
    assert shown.figures().carried_out == 0, "kept a day late"
    congress.until(start_of(day) + timedelta(hours=9, minutes=1))
    assert not Notice.objects.filter(title__contains="计划今天完成").exists(), "it is done already"


@pytest.mark.clause("R163")
@pytest.mark.clause("T63")
def test_all_who_signed_rate_and_a_bad_rating_changes_the_host(congress: Congress) -> None:
    """Not satisfied: once more, by another, and only once; closed without a deed is only closed."""
    it = congress.filed(congress.submitted())
    author, second, _ = congress.delegates
    assert f"proposals.proposal:{it.pk}" in tree.matters(second)
    assert f"procedures.case:{it.case_id}" in tree.matters(author), "receipts of one's own matters"
    congress.answered(it, Outcome.DECLINED)
    run = StepRun.objects.get(case=it.case, step="countersign")
    assert run.ended_by != congress.people["tang"], "nobody countersigns an answer of their own"
    assert Notice.objects.filter(title=f"{it.number} 有答复了，请评价").count() == 3
    with pytest.raises(refusals.RatingWrong):
        rating.rate(proposal_id=it.pk, rating=6, by=author, at=congress.at)
    with pytest.raises(refusals.NotAnAuthor):
        rating.rate(proposal_id=it.pk, rating=5, by=congress.people["tang"], at=congress.at)
    congress.rated(it, 4)
    with pytest.raises(refusals.RatedAlready):
        congress.rated(it, 5)
    client = Client()
    client.force_login(second)
    page = reverse("proposals:proposal", args=[it.number])
    client.post(page, {"do": "rate", "rating": "1", "because": "没有解决"})
    it.refresh_from_db()
    assert it.reopened == 1, "one who is not satisfied is enough"
    with pytest.raises(refusals.SameHost, match="换承办人"):
        congress.answered(it)
    congress.answered(it, Outcome.PLANNED, date(2025, 12, 1), host="wang")
    congress.rated(it, 2, 4)
    it.refresh_from_db()
    assert it.reopened == 1, "once more is once"
    congress.until(congress.at + timedelta(days=30))
    it.case.refresh_from_db()
    assert it.case.closed_at is not None
    (fact,) = totals.proposals(date(2025, 9, 1), date(2025, 10, 2))
    assert (fact.closed, fact.carried_out, fact.rated, fact.satisfied) == (True, False, 2, 1)
    found = shown.figures()
    assert (found.filed, found.closed, found.carried_out) == (1, 1, 0)
    assert (found.satisfied, found.rated) == (1, 2), "who said nothing is not content"
    told = Client().get(reverse("proposals:shown", args=[it.number])).content.decode()
    assert "3 人中 2 人评价：满意 1、不满意 1" in told
    assert author.name not in told


def test_a_clock_stands_still_while_the_proposer_is_waited_for(congress: Congress) -> None:
    """Only while the host waits for the proposer, once at a time, ten working days at the most."""
    it = congress.filed(congress.submitted())
    by, host = congress.whose(it, "assign"), congress.people["tang"]
    handling.assign(proposal_id=it.pk, host=host, by=by, at=congress.at)
    run = StepRun.objects.get(case=it.case, step="handle")
    due_at = run.due_at
    assert due_at is not None
    client, author = Client(), Client()
    client.force_login(host)
    author.force_login(congress.delegates[0])
    page = reverse("proposals:proposal", args=[it.number])
    client.post(page, {"do": "ask", "asks": "哪几天有晚课"})
    run.refresh_from_db()
    assert run.due_at is None
    with pytest.raises(Refused, match="不能停钟"):
        waiting.ask(proposal_id=it.pk, asks="再问", by=host, at=congress.at)
    public = reverse("proposals:shown", args=[it.number])
    assert "停钟，最晚到 10月21日" in Client().get(public).content.decode()
    assert "哪几天有晚课" in author.get(page).content.decode()
    congress.until(congress.at + timedelta(days=4))
    author.post(page, {"do": "supply", "answer": "周一至周四"})
    run.refresh_from_db()
    assert run.due_at == due_at + timedelta(days=4)
    assert "已补充，停了 4 天" in Client().get(public).content.decode()
    waiting.ask(proposal_id=it.pk, asks="还有周五", by=host, at=congress.at)
    congress.until(congress.at + timedelta(days=20))
    run.refresh_from_db()
    assert run.due_at is not None, "what the proposer leaves lying does not lie for ever"
    congress.until(run.due_at + timedelta(minutes=1))
    with pytest.raises(Refused, match="已经逾期"):
        waiting.ask(proposal_id=it.pk, asks="晚了再问", by=host, at=congress.at)


def test_seven_days_of_gathering_then_it_is_over(congress: Congress) -> None:
    """Too few names in seven days end it; enough of them, and its author may still hand it in."""
    few, enough = congress.written(names=2), congress.written(subject="门诊")
    start = congress.at
    congress.until(start + timedelta(days=13))
    with pytest.raises(Refused):
        writing.cosign(proposal_id=few.pk, by=congress.delegates[2], at=congress.at)
    few.refresh_from_db()
    few.case.refresh_from_db()
    assert (few.filing, few.case.closed_at is None) == ("lapsed", False)
    assert shown.standing(few) == ("off", "联名到期终止")
    writing.leave(proposal_id=enough.pk, by=congress.delegates[1], at=congress.at)
    with pytest.raises(refusals.GatheringOver, match="10月9日 24:00"):
        writing.cosign(proposal_id=enough.pk, by=congress.delegates[1], at=congress.at)
    fourth = congress.written(subject="班车")
    writing.submit(proposal_id=fourth.pk, by=congress.delegates[0], at=congress.at)


def test_who_has_signed_decides_nothing(congress: Congress) -> None:
    """An author neither files nor handles; an officer who signed keeps out, and B takes over."""
    chair = holders("democracy_committee_chair", on=EVE.date())[0]
    home = congress.delegates[0].unit
    Person.objects.filter(pk=chair.pk).update(unit=home)
    chair.refresh_from_db()
    seated([chair], EVE)
    congress.delegates[2] = chair
    it = congress.submitted()
    run = StepRun.objects.get(case=it.case, step="file")
    assert chair not in (run.lead, run.backup)
    with pytest.raises(Refused):
        handling.file(proposal_id=it.pk, filing="filed", by=chair, at=congress.at)
    with pytest.raises(refusals.ReasonMissing):
        congress.filed(it, "refused")
    congress.filed(it)
    by = congress.whose(it, "assign")
    handling.assign(proposal_id=it.pk, host=congress.delegates[1], by=by, at=congress.at)
    handle = StepRun.objects.get(case=it.case, step="handle")
    assert handle.lead is None, "one of its authors is no host"


def test_everybody_may_write_into_the_box_and_nobody_answers_themselves(
    congress: Congress,
) -> None:
    lin, wang = congress.people["lin"], congress.people["wang"]
    client = Client()
    client.force_login(lin)
    client.post(reverse("proposals:box"), {"text": "校车末班太早"})
    it = Suggestion.objects.get()
    assert it.due_on == date(2025, 10, 21), "ten working days: no holiday, but the make-up Saturday"
    with pytest.raises(refusals.OwnSuggestion):
        suggesting.answer(suggestion_id=it.pk, text="好", by=lin, at=congress.at)
    officer = holders("democracy_committee_chair", on=EVE.date())[0]
    client.force_login(officer)
    page = reverse("proposals:answering")
    assert "校车末班太早" in client.get(page).content.decode()
    client.post(page, {"suggestion": it.pk, "text": "已加开 22:30"})
    with pytest.raises(refusals.AnsweredAlready):
        suggesting.answer(suggestion_id=it.pk, text="再答", by=wang, at=congress.at)
    client.force_login(lin)
    assert "已加开 22:30" in client.get(reverse("proposals:box")).content.decode()


def test_a_delegates_pages_say_whose_turn_it_is(congress: Congress) -> None:
    """The list, the form, the proposal with the step's form for its own office only."""
    client = Client()
    client.force_login(congress.delegates[0])
    new = reverse("proposals:writing")
    assert "开始联名" in client.get(new).content.decode()
    client.post(new, {"subject": "校医院周末门诊", "analysis": "周末没人", "measures": "轮值"})
    it = Proposal.objects.get()
    page = reverse("proposals:proposal", args=[it.number])
    refused = client.post(page, {"do": "submit"})
    assert (refused.status_code, "还差 2 人" in refused.content.decode()) == (409, True)
    other = Client()
    other.force_login(congress.delegates[1])
    assert "等你联名" in other.get(reverse("proposals:listed")).content.decode()
    for one in congress.delegates[1:]:
        other.force_login(one)
        other.post(page, {"do": "cosign"})
    client.post(page, {"do": "submit"})
    officer = congress.whose(it, "file")
    other.force_login(officer)
    assert "作出决定" in other.get(page).content.decode()
    assert "作出决定" not in client.get(page).content.decode()
    other.post(page, {"do": "file", "filing": "filed"})
    assert "交办" in other.get(page).content.decode()
    nobody = Client()
    nobody.force_login(congress.people["canteen1"])
    assert nobody.get(page).status_code == 404
    assert "提案由教代会代表提" in nobody.get(new).content.decode()
