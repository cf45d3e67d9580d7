"""An anonymous survey: a slip as oneself, an answer as nobody, and what the numbers may claim."""

from datetime import date, datetime

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import period_of
from smartunion.domains.planning import public as planning
from smartunion.domains.surveys import actions
from smartunion.domains.surveys.models import Answer, Invited, Slip, Survey, Token
from smartunion.domains.surveys.reads import surveys as reads
from smartunion.domains.surveys.rules import refusals
from smartunion.domains.surveys.rules.counting import Counted, bound, counted
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import members
from smartunion.kernel.trail.models import Entry

JUNE = datetime(2025, 6, 20, 10, 0, tzinfo=CAMPUS)


@pytest.mark.parametrize(
    ("satisfied", "valid", "percent"), [(372, 400, 90.6), (380, 400, 92.9), (1403, 1500, 92.4)]
)
def test_the_bound_is_wilsons(satisfied: int, valid: int, percent: float) -> None:
    """93 % of 400 claims 90.6 %: a point estimate only; 95 % of 400 claims 92.9 %."""
    assert abs(bound(satisfied, valid) * 100 - percent) < 0.1
    found = Counted(valid, valid, satisfied, 5)
    assert found.verdict(92)[0] == ("ok" if percent > 92 else "hold")
    assert found.verdict(96) == ("no", "未达标")


def test_fewer_than_five_answers_are_not_told() -> None:
    few = counted([5, 5, 4, 1], invited=30, least=5)
    assert (few.rate, few.rate_words, few.bound_words) == (None, "不公布", "不公布")
    assert counted([5, 4, 3, 2, 1], invited=30, least=5).rate_words == "40.0%"
    assert counted([], invited=0, least=5).response_words == "—"


@pytest.fixture
def survey(organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Survey:
    planning.import_year(year=2025, by=None, at=JUNE, because="test")
    monkeypatch.setattr(clock, "now", lambda: JUNE)
    return actions.open_survey(
        title="上半年满意度", question="你对工会的工作满意吗？", indicator="K01",
        audience="members", by=organization["qian"], at=JUNE,
    )  # fmt: skip


@pytest.mark.clause("K01")
@pytest.mark.clause("R006")
def test_who_draws_a_slip_answers_once_and_nobody_knows_whose_it_is(
    survey: Survey, organization: dict[str, Person]
) -> None:
    """No column leads from an answer to a person; at the close the list of the invited is gone."""
    lin = organization["lin"]
    client, nobody = Client(), Client()
    client.force_login(lin)
    page, answering = reverse("surveys:listed"), reverse("surveys:answering")
    shown = client.post(page, {"survey": survey.pk})
    code = shown.context["drawn"]
    assert len(code) == 32
    assert client.post(page, {"survey": survey.pk}).status_code == 409, "one person, one slip"
    assert not Slip.objects.filter(code=code).exists()
    assert nobody.post(answering, {"code": "0" * 32, "score": 5}).status_code == 422
    assert "答卷已收到" in nobody.post(answering, {"code": code, "score": 4}).content.decode()
    assert nobody.post(answering, {"code": code, "score": 1}).status_code == 422, "used is used"
    told = str(list(Entry.objects.filter(what__startswith="surveys.").values("by", "facts", "at")))
    assert code not in told
    assert str(lin.pk) not in str(
        list(Entry.objects.filter(what__in=["surveys.slip_drawn", "surveys.answered"]).values("by"))
    )
    people = [one for one in organization.values() if Invited.objects.filter(person=one).exists()]
    for one in people:
        if one != lin:
            actions.answer(code=actions.draw(survey_id=survey.pk, by=one, at=JUNE), score=5)
    assert reads.listed()[0].found is None, "no number before it closes"
    officer = Client()
    officer.force_login(organization["lin"])
    assert officer.post(reverse("surveys:closing", args=[survey.pk])).status_code == 403
    actions.close(survey_id=survey.pk, by=organization["qian"], at=JUNE)
    assert not Invited.objects.exists()
    assert not Slip.objects.exists()
    assert not Token.objects.exists()
    found = reads.listed()[0].found
    assert found is not None
    assert (found.valid, found.satisfied) == (len(people), len(people))
    (fact,) = reads.facts("K01", date(2025, 6, 1), date(2025, 7, 1))
    assert fact.told
    shown = client.get(page).content.decode()
    assert "95% 下限" in shown
    assert "K01 目标 92%" in shown
    with pytest.raises(refusals.NotInvited):
        actions.draw(survey_id=survey.pk, by=lin, at=JUNE)


def test_no_table_of_a_survey_leads_from_an_answer_to_a_person() -> None:
    """Walk every foreign key that starts at an answer or a slip: none reaches a person."""
    for start in (Answer, Slip, Token):
        seen, wave = set(), {start}
        while wave:
            seen |= wave
            wave = {
                field.related_model
                for model in wave
                for field in model._meta.fields
                if field.is_relation and field.related_model is not None
            } - seen
        assert Person not in seen
        kinds = {field.get_internal_type() for field in start._meta.fields}
        assert not kinds & {"DateTimeField", "DateField"}, "no moment"
        assert not kinds & {"AutoField", "BigAutoField"}, "no order"
    pointing = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.fields
        if field.is_relation and field.related_model in (Answer, Slip, Token)
    }
    assert pointing == set()


@pytest.mark.clause("K18")
@pytest.mark.clause("K49")
@pytest.mark.clause("R163")
def test_parents_and_delegates_are_asked_for_their_own_indicator(
    survey: Survey, organization: dict[str, Person]
) -> None:
    """K18 asks the childcare roster, K49 the delegates, nobody else; too few are not asked."""
    asked = {"title": "家长", "question": "满意吗", "by": organization["qian"], "at": JUNE}
    with pytest.raises(refusals.AudienceWrong, match="托育在册家长"):
        actions.open_survey(indicator="K18", audience="members", **asked)
    with pytest.raises(refusals.NobodyInvited):
        actions.open_survey(indicator="K49", audience="delegates", **asked)
    names = [one.username for one in members(on=JUNE.date())][:8]
    with pytest.raises(refusals.UnknownParents, match="nobody9"):
        actions.open_survey(
            indicator="K18", audience="parents", named=" ".join([*names, "nobody9"]), **asked
        )
    officer = Client()
    officer.force_login(organization["qian"])
    told = {"title": "家长", "question": "满意吗", "indicator": "K18", "audience": "parents"}
    officer.post(reverse("surveys:opening"), {**told, "named": "\n".join(names)})
    it = Survey.objects.get(title="家长")
    assert sorted(Invited.objects.filter(survey=it).values_list("person__username", flat=True)) == (
        sorted(names)
    )
    for place, one in enumerate(Person.objects.filter(username__in=names[:6])):
        code = actions.draw(survey_id=it.pk, by=one, at=JUNE)
        actions.answer(code=code, score=2 if place == 0 else 5)
    quarter, on = period_of("Q", JUNE.date()), JUNE.date()
    assert MEASURES["K18"].tally(quarter, on).value is None, "no number before it closes"
    actions.close(survey_id=it.pk, by=organization["qian"], at=JUNE)
    found = MEASURES["K18"].tally(quarter, on)
    assert (found.part, found.whole) == (5, 6)
    assert MEASURES["K49"].tally(quarter, on).value is None, "each indicator has its own answers"
