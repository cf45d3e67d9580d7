"""The hand-over: in time, in the same thread, and the next answer has learned."""

from datetime import timedelta

import pytest

from smartunion.domains.performance.reads import figures as indicators
from smartunion.domains.policy.actions import lessons, ticketing
from smartunion.domains.policy.models import Alias, Faq, Ticket
from smartunion.domains.policy.reads import metrics
from smartunion.domains.policy.reads import tickets as reads
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.asked import Lesson
from smartunion.domains.policy.rules.sla import Level
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.procedures.models import Evidence, StepRun
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.models import Entry

from .conftest import House

SAID = "叮咚喵呜咋弄"
"""Everyday words that no rule uses."""


@pytest.mark.clause("R200")
@pytest.mark.clause("R201")
@pytest.mark.clause("3.6-2")
def test_a_question_is_answered_in_its_thread_and_the_next_one_finds_it(house: House) -> None:
    """Handed over, answered with its article, proposed, reviewed by another, found at once."""
    lin, tang, ruan = (house.people[name] for name in ("lin", "tang", "ruan"))
    asked = house.ask(SAID)
    seventh = house.piece("第七条")
    assert seventh.pk not in asked.shown.filter(place=1).values_list("piece", flat=True)
    phone, desk = house.client("lin"), house.client("tang")
    handed = phone.post(
        f"/policy/questions/{asked.pk}/",
        {"do": "hand_over", "level": "normal", "note": "预产期六月"}, follow=True,
    )  # fmt: skip
    assert "已转人工" in handed.content.decode()
    ticket = Ticket.objects.get()
    assert ticket.due_at == house.at.replace(hour=15)  # 4 hours of work from 9:00
    with pytest.raises(refusals.TicketThere):
        ticketing.hand_over(question_id=asked.pk, level=Level.URGENT, by=lin, at=house.at)
    run = StepRun.objects.get(case=ticket.case)
    assert (run.lead, run.backup, run.due_at) == (tang, ruan, ticket.due_at)
    assert house.client("mo").get(f"/policy/tickets/{ticket.pk}/").status_code == 404
    assert phone.get(f"/policy/tickets/{ticket.pk}/").status_code == 404  # not even the asker
    page = desk.get(f"/policy/steps/{run.pk}/", follow=True).content.decode()
    assert SAID in page
    assert "预产期六月" in page

    house.at += timedelta(minutes=20)
    address = f"/policy/tickets/{ticket.pk}/"
    wrong = {"do": "reply", "text": "按第九条办。", "piece": seventh.pk}
    assert "对不上" in desk.post(address, wrong).content.decode()
    bare = {"do": "reply", "text": "可以休。"}
    assert "没有选依据" in desk.post(address, bare).content.decode()
    right = {"do": "reply", "text": "按第七条，“女职工生育享受98天产假”。", "piece": seventh.pk}
    assert "已答复" in desk.post(address, right, follow=True).content.decode()
    shown = phone.get(f"/policy/questions/{asked.pk}/").content.decode()
    assert "女职工生育享受98天产假" in shown
    assert Notice.objects.filter(person=lin, title="您的政策咨询有答复了").exists()
    phone.post(f"/policy/questions/{asked.pk}/", {"do": "say", "text": "谢谢，双胞胎呢"})
    assert "双胞胎呢" in desk.get(address).content.decode()

    _teach(house, ticket, seventh.pk)
    again = house.client("mo").post("/policy/", {"q": SAID}, follow=True).content.decode()
    assert again.index("工会答复过") < again.index("第七条</h2>")
    assert "生育产假98天，见第七条。" in again
    _count(house, ticket)


def _teach(house: House, ticket: Ticket, piece_id: int) -> None:
    """Tang proposes, may not review her own, and nothing is learned before ruan has."""
    desk, chief = house.client("tang"), house.client("ruan")
    taught = {"do": "learn", "lesson": "faq", "question": SAID, "piece": piece_id,
              "answer": "生育产假98天，见第七条。"}  # fmt: skip
    assert desk.post(f"/policy/tickets/{ticket.pk}/", taught, follow=True).status_code == 200
    alias, faq = Alias.objects.get(), Faq.objects.get()
    own = {"kind": "faq", "which": faq.pk, "do": "accept"}
    assert desk.post("/policy/curating/", own).status_code == 403
    assert house.ask(SAID, "mo").shown.filter(place=1, piece=piece_id).count() == 0
    for kind, which in (("faq", faq.pk), ("alias", alias.pk)):
        said = {"kind": kind, "which": which, "do": "accept"}
        page = chief.post("/policy/curating/", said, follow=True).content.decode()
        assert "下一次提问就用上" in page
    with pytest.raises(refusals.AlreadyReviewed):
        lessons.review_faq(faq_id=faq.pk, accept=False, by=house.people["ruan"], at=house.at)


def _count(house: House, ticket: Ticket) -> None:
    """The figures have it; what was asked stands in the thread only."""
    ticket.refresh_from_db()
    assert ticket.case.closed_at == house.at
    day = campus_day(house.at)
    figures = metrics.metrics(day, day + timedelta(days=1), at=house.at + timedelta(days=2))
    assert (figures.handed, figures.human.mean, figures.kept_sla) == (1, 1200.0, 1)
    k67 = indicators.figure("K67", on=day)
    assert (k67.now.tally.n, k67.now.value) == (2, 0)  # the machine's wait; the clock stood still
    assert indicators.rows_of("K67", on=day)[1][0].cells[4] == 1200  # a person's, beside it
    _, months = indicators.rows_of("K68", on=day + timedelta(days=2))
    assert months[2].cells == ("2025年03月", 3, 1, 10, 0)  # 10 minutes are no whole hour
    told = str(list(Entry.objects.values_list("facts", "because")))
    told += str(list(Evidence.objects.values_list("text", flat=True)))
    told += str(list(Notice.objects.values_list("title", "text", "link")))
    for words in (SAID, "预产期", "双胞胎呢", "98天"):
        assert words not in told, "what was asked stands in the thread only"
    for address in ("/policy/metrics/", "/policy/curating/", "/policy/tickets/"):
        assert house.client("tang").get(address).status_code == 200


@pytest.mark.clause("R200")
def test_at_eighty_per_cent_the_chief_hears_and_the_asker_never_answers_their_own(
    house: House,
) -> None:
    """30 minutes urgent: at minute 24 the chief is told; an asking officer is passed over."""
    tang, ruan = house.people["tang"], house.people["ruan"]
    asked = house.ask("困难救助多久放款", "tang")
    made = ticketing.hand_over(question_id=asked.pk, level=Level.URGENT, by=tang, at=house.at)
    assert made.due_at == house.at + timedelta(minutes=30)
    run = StepRun.objects.get(case=made.case)
    assert run.lead == ruan
    before = Notice.objects.filter(person=ruan).count()
    house.at += timedelta(minutes=24)
    fire_due(at=house.at)
    assert Notice.objects.filter(person=ruan).count() == before + 1
    with pytest.raises(refusals.NotAnswered):
        lessons.learn(ticket_id=made.pk, lesson=Lesson.NONE, by=ruan, at=house.at)
    ticketing.reply(
        ticket_id=made.pk, text="十五日内，见第二条。", by=ruan, at=house.at,
        piece_ids=[house.piece("第二条", "困难救助办法").pk],
    )  # fmt: skip
    lessons.learn(ticket_id=made.pk, lesson=Lesson.NONE, by=ruan, at=house.at)
    assert reads.open_step(made) is None
