"""Deny by default: who may open which page, and that nobody opens what is somebody else's.

A page with an object in its address must stand in `ELSEWHERE` (how to make somebody else's object,
and who tries to open it) or in `WHOLE_CAMPUS` (why there is no somebody else). Add yours there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Appointment, Office, Person, Seat, Unit
from smartunion.kernel.people.reads import Mandate, mandate_of
from smartunion.kernel.web.page import PUBLIC, SIGNED_IN
from smartunion.site.org import founding

SCENE = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)
DAY = date(2025, 12, 19)
TERMINAL = "terminal"
"""What the API asks instead of a sign-in: the terminal's signature."""


# ---------- every address ----------


def patterns(
    here: list[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in here:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from patterns(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}", pattern


PAGES = [
    (name, pattern)
    for name, pattern in patterns(get_resolver().url_patterns)
    if getattr(pattern.callback, "permission", TERMINAL) != TERMINAL
]
GUARDED = [(n, p) for n, p in PAGES if p.callback.permission not in (PUBLIC, SIGNED_IN)]
MARKS = {"int": "987654321", "string": "nothing", "slug": "nothing", "path": "nothing"}


def objects_of(pattern: URLPattern) -> list[str]:
    route = pattern.pattern
    return list(route.converters) or list(getattr(route, "regex").groupindex)  # noqa: B009 - typed


def nowhere(name: str, pattern: URLPattern) -> str:
    """Return the page's address with objects that do not exist."""
    marks = {
        key: 2199 if key == "year" else MARKS[type(conv).__name__.lower().removesuffix("converter")]
        for key, conv in pattern.pattern.converters.items()
    } or dict.fromkeys(objects_of(pattern), "0")
    return reverse(name, kwargs=marks)


# ---------- everybody ----------


@dataclass
class Everybody:
    """One person for each office, and those without any."""

    people: dict[str, Person]
    mandates: dict[str, Mandate]

    def with_permission(self, can: str) -> str:
        """Return who holds the permission: a single-office person, so that nothing else helps."""
        return next(code for code, mandate in self.mandates.items() if mandate.may(can))

    def without_permission(self, can: str) -> str:
        return next(code for code, mandate in self.mandates.items() if not mandate.may(can))


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    offset = (SCENE - datetime.now(CAMPUS)).total_seconds()
    monkeypatch.setenv(clock.VARIABLE, str(offset))


@pytest.fixture
def everybody(scene: None) -> Everybody:
    founding.structure(at=SCENE)
    people = {}
    kinds = {"merchant": Person.Kind.MERCHANT, "outside": Person.Kind.OUTSIDE}
    shop = Unit.objects.create(code="M01", name="第一食堂", kind=Unit.Kind.MERCHANT)
    branch = Unit.objects.get(code="B01")
    for office in Office.objects.exclude(code="member"):
        unit = shop if office.kind == "merchant" else branch
        people[office.code] = person = Person.objects.create(
            username=office.code,
            name=office.title,
            unit=unit,
            kind=kinds.get(office.kind, Person.Kind.STAFF),
        )
        Appointment.objects.create(office=office, unit=unit, person=person, since=date(2025, 1, 1))
    for username, kind in (
        ("a_member", Person.Kind.STAFF),
        ("a_student", Person.Kind.STUDENT),
        ("a_guest", Person.Kind.OUTSIDE),
        ("a_shopkeeper", Person.Kind.MERCHANT),
    ):
        people[username] = Person.objects.create(
            username=username, name=username, unit=branch, kind=kind
        )
    return Everybody(people, {code: mandate_of(p, on=DAY) for code, p in people.items()})


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


# ---------- deny by default ----------


def test_every_page_refuses_every_office_that_does_not_grant_it(everybody: Everybody) -> None:
    """The whole matrix at the guard itself: every guarded page × every office."""
    request: Any = RequestFactory().get("/")
    opened, refused = [], 0
    for code, mandate in everybody.mandates.items():
        request.user = request.person = everybody.people[code]
        request.mandate = mandate
        for name, pattern in GUARDED:
            if mandate.may(pattern.callback.permission):
                continue
            for method in ("GET", "POST"):
                request.method = method
                try:
                    answer = pattern.callback(request)
                except PermissionDenied:
                    refused += 1
                else:
                    if answer.status_code != 405:
                        opened.append(f"{name} by {code}: {answer.status_code}")
    assert opened == []
    assert refused > len(GUARDED) * 20


def test_every_permission_of_a_page_is_granted_by_some_office(everybody: Everybody) -> None:
    """A permission that nobody holds is a page that nobody opens: a misspelling."""
    granted = {can for mandate in everybody.mandates.values() for can in mandate.units}
    assert {p.callback.permission for _, p in GUARDED} - granted == set()


def test_a_page_opens_for_its_office_and_answers_403_to_another(everybody: Everybody) -> None:
    """End to end: one who may, one who may not."""
    clients = {code: client_of(person) for code, person in everybody.people.items()}
    wrong = []
    for name, pattern in GUARDED:
        can, address = pattern.callback.permission, nowhere(name, pattern)
        yes = clients[everybody.with_permission(can)].get(address).status_code
        no = clients[everybody.without_permission(can)].get(address).status_code
        if yes not in (200, 302, 404, 405, 409):
            wrong.append(f"{address}: {yes} for {everybody.with_permission(can)} ({can})")
        if no not in (403, 405):
            wrong.append(f"{address}: {no} for {everybody.without_permission(can)} without {can}")
    assert wrong == []


def test_whoever_has_not_signed_in_is_sent_to_the_door(scene: None) -> None:
    """Every page but the public ones leads to the cast (in production: the login)."""
    client, wrong = Client(), []
    for name, pattern in PAGES:
        if pattern.callback.permission != PUBLIC:
            answer = client.get(nowhere(name, pattern))
            there = answer.headers.get("Location", "")
            if answer.status_code != 405 and not there.startswith("/accounts/"):
                wrong.append(f"{name}: {answer.status_code} {there}")
    assert wrong == []


def test_every_address_says_who_may_open_it() -> None:
    bare = [
        name
        for name, pattern in patterns(get_resolver().url_patterns)
        if not hasattr(pattern.callback, "permission")
    ]
    assert bare == []


@pytest.mark.parametrize("path", ["payments", "payments/1", "refunds", "terminals/me", "anything"])
def test_the_api_answers_nobody_without_a_signature(scene: None, path: str) -> None:
    for method in ("get", "post", "put", "delete"):
        answer = getattr(Client(), method)(f"/v1/{path}")
        assert answer.status_code in (400, 401, 403, 404, 405), f"{method} {path}"
        assert answer.status_code in (401, 403, 404, 405) or "refused" in answer.json()


# ---------- somebody else's ----------


@dataclass
class Theirs:
    """Somebody else's object: who tries to open it, and which it is."""

    username: str
    objects: dict[str, Any]


def a_payment_of_mo() -> int:
    """Return a payment that is not lin's, at a shop that is not lin's."""
    from smartunion.domains.wallet.tests.conftest import Campus

    campus = Campus(at=datetime(2025, 12, 1, 12, 0, tzinfo=CAMPUS))
    mo = campus.member("mo", ecny=10_000)
    return campus.pay(mo, 500, campus.shop("M02", "第二食堂")).id


def a_coupon_of_mo() -> int:
    """Return a coupon that is not lin's."""
    from smartunion.domains.coupons import public as coupons

    mo = Person.objects.get(username="mo")
    return coupons.issue(
        kind="sport", holder=mo, document="runs:20:mo", by=None, at=SCENE, because="晨跑满20次"
    ).id


def a_vote_elsewhere(of: str) -> int:
    """Return a congress, its meeting or its vote, of a branch that is neither lin's nor chen's."""
    from smartunion.domains.congress.actions import calling, terms
    from smartunion.domains.congress.models import Congress, Election

    there = Election.objects.select_related("meeting").first()
    if there is None:
        given = {"by": None, "at": SCENE}
        unit_id = Unit.objects.get(code="B03").pk
        made: Congress = terms.convene(
            unit_id=unit_id, session=4, since=DAY, until=date(2030, 1, 1), **given
        )
        meeting = terms.call(
            congress_id=made.pk, title="会", place="厅", starts_at=SCENE, agenda=["议"], **given
        )
        there = calling.prepare(
            meeting_id=meeting.pk, kind="motion", title="表决", seats=1, names=["议"], **given
        )
    return {
        "congress": there.meeting.congress_id, "meeting": there.meeting_id, "vote": there.pk,
    }[of]  # fmt: skip


def a_freezing_of_mo() -> int:
    """Return a freezing of mo's: the third payment from one device within minutes."""
    from smartunion.domains.wallet.models import Freezing
    from smartunion.domains.wallet.tests.conftest import Campus

    campus = Campus(at=datetime(2025, 12, 2, 12, 0, tzinfo=CAMPUS), seq=100)
    mo, till = campus.member("mo", ecny=10_000), campus.shop("M02", "第二食堂")
    for minute in range(3):
        campus.pay(mo, 500, till, at=campus.at + timedelta(minutes=minute))
    return Freezing.objects.get().pk


def found_by_others() -> dict[str, dict[str, int]]:
    """Return a drawn voucher, a problem and its step that are other people's, by page."""
    from smartunion.domains.inspection.models import Problem, Round, Voucher
    from smartunion.domains.inspection.procedure import PROBLEM, ROUND
    from smartunion.kernel.ledger import actions as ledger
    from smartunion.kernel.procedures import engine

    sun2 = Person.objects.get(username="sun2")
    number = f"AUD-T-{Round.objects.count()}"
    transfer = ledger.post(
        debit="expense.activity", credit="bank.deposits", amount_fen=1, document=number, at=SCENE
    )
    cases = [
        engine.open_case(sheet=sheet, title=number, facts=facts, by=sun2, at=SCENE)
        for sheet, facts in ((ROUND, {"number": number}), (PROBLEM, {"responsible": sun2.pk}))
    ]
    it = Round.objects.create(
        number=number, year=2000, sequence=Round.objects.count(), case=cases[0],
        branch_percent=50, voucher_percent=20,
    )  # fmt: skip
    voucher = Voucher.objects.create(
        round=it, number=number, branch="B01", transfer=transfer, amount_fen=1, is_drawn=True
    )
    problem = Problem.objects.create(
        round=it, branch="B01", case=cases[1], responsible=sun2, problem_fen=1, found_at=SCENE
    )
    return {
        "looking": {"voucher_id": voucher.pk},
        "problem": {"problem_id": problem.pk},
        "step": {"run_id": cases[1].runs.get().pk},
    }


def a_proposal_of_others() -> dict[str, dict[str, Any]]:
    """Return a proposal of sun2's and its open step, by page; lin is no delegate."""
    from smartunion.domains.proposals.models import Proposal
    from smartunion.domains.proposals.procedure import PROPOSAL
    from smartunion.kernel.procedures import engine

    sun2 = Person.objects.get(username="sun2")
    number = f"TA-T-{Proposal.objects.count()}"
    case = engine.open_case(
        sheet=PROPOSAL, title=number, facts={"number": number}, unit=sun2.unit, applicant=sun2,
        by=sun2, at=SCENE,
    )  # fmt: skip
    Proposal.objects.create(number=number, proposer=sun2, unit=sun2.unit, subject="x", case=case)
    return {"proposal": {"number": number}, "step": {"run_id": case.runs.get().pk}}


def a_dispute_of_others() -> dict[str, dict[str, Any]]:
    """Return mo's labour dispute and its open step, by page; lin has no part in it."""
    from smartunion.domains.disputes.models import LabourDispute
    from smartunion.domains.disputes.procedure import DISPUTE
    from smartunion.kernel.procedures import engine

    mo = Person.objects.get(username="mo")
    number = f"LD-T-{LabourDispute.objects.count()}"
    case = engine.open_case(
        sheet=DISPUTE, title=number, facts={"number": number}, unit=mo.unit, applicant=mo, by=None,
        at=SCENE,
    )  # fmt: skip
    it = LabourDispute.objects.create(
        number=number, applicant=mo, topic="pay", known_on=SCENE.date(), registered_at=SCENE,
        case=case,
    )  # fmt: skip
    return {
        "mine": {"dispute_id": it.pk},
        "dispute": {"dispute_id": it.pk},
        "agreement": {"dispute_id": it.pk},
        "step": {"run_id": case.runs.get().pk},
    }


def key_of_mo() -> int:
    from allauth.mfa.models import Authenticator

    mo = Person.objects.get(username="mo")
    kind = Authenticator.Type.WEBAUTHN
    return Authenticator.objects.create(
        user=mo, type=kind, data={"name": "mo", "credential": {}}
    ).pk


def consent_of_mo() -> int:
    from smartunion.kernel.private import actions

    mo = Person.objects.get(username="mo")
    given = actions.consent(subject=mo, purpose="test", wording="同意", by=mo, at=SCENE)
    return given.pk


def file_of_mo() -> int:
    from smartunion.kernel.files.models import File

    return File.objects.create(
        sha256="0" * 64,
        name="x.pdf",
        media_type="application/pdf",
        size_bytes=1,
        kind="other",
        stored_by=Person.objects.get(username="mo"),
        stored_at=SCENE,
    ).pk


def person_elsewhere() -> int:
    return Person.objects.get(username="mo").pk


def asset_elsewhere() -> int:
    from smartunion.domains.membership.models import AssetItem

    mo = Person.objects.get(username="mo")
    return AssetItem.objects.create(
        unit=mo.unit, number="B03-1", name="书柜", cost_fen=1, bought_on=DAY, keeper=mo
    ).pk


def another_audit() -> int:
    return Appointment.objects.get(person__username="sun").pk


def upload_of_another(model: str) -> int:
    from smartunion.kernel.web.models import ImportBatch

    by = Person.objects.get(username="mo")
    return ImportBatch.objects.create(
        register=model, filename="x.xlsx", by=by, at=SCENE, good=[], errors=[]
    ).pk


def a_tender(of: str = "") -> int:
    """Return a tender in which neither lin nor the named seller has any part."""
    from smartunion.domains.procurement.tests.conftest import a_tender_of_three

    return a_tender_of_three()


def a_single_source() -> int:
    """Return a purchase on which lin is not asked for an opinion."""
    from smartunion.domains.procurement.models import Tender

    return Tender.objects.get(pk=a_tender()).purchase_id


def notice_of_mo() -> Any:
    """Return a notice to mo, with the message that carries it."""
    from smartunion.kernel.notices import actions

    mo = Person.objects.get(username="mo")
    about = f"test/{SCENE.timestamp()}/{mo.pk}"
    told = actions.tell(to=mo, about=about, title="标题", link="/wallet/", at=SCENE)
    from smartunion.kernel.notices.models import Notice

    return told[0] if told else Notice.objects.get(about=about)


def link_of_mo() -> str:
    from smartunion.kernel.notices import links
    from smartunion.kernel.notices.models import Message

    message = Message.objects.filter(notice=notice_of_mo()).first()
    assert message is not None
    return links.deep_link(message.pk).rstrip("/").rpartition("/")[2]


def case_of_mo() -> Any:
    """Return the open step of a case that is mo's, by a sheet in which lin has no part."""
    from smartunion.kernel.procedures import engine
    from smartunion.kernel.procedures.registry import wired

    mo = Person.objects.get(username="mo")
    sheet = next(sheet for sheet in wired() if sheet.code == "procurement.blacklist")
    case = engine.open_case(
        sheet=sheet, title="莫思齐的事", facts={}, unit=mo.unit, applicant=mo, by=mo, at=SCENE
    )
    return case.runs.get()


def absence_of_mo() -> int:
    from smartunion.kernel.people.models import Absence

    mo = Person.objects.get(username="mo")
    return Absence.objects.create(person=mo, since=DAY, until=DAY + timedelta(days=9)).pk


STEP_PAGES = (
    "step", "passing", "handing_in", "sending_back", "taking_over", "ballot", "recusal",
)  # fmt: skip


def aid_of_mo() -> tuple[int, int]:
    """Return an application of mo's and its open step."""
    from smartunion.domains.aid.models import Application
    from smartunion.domains.aid.tests.conftest import House

    mo = Person.objects.get(username="mo")
    it = Application.objects.filter(beneficiary=mo).first()
    it = it or House({"mo": mo}, at=SCENE).hand_in(mo)
    return it.pk, it.case.runs.get(state="open").pk


def gift_step_of_mo() -> int:
    from smartunion.domains.aid.actions.gifts import register
    from smartunion.domains.aid.rules.amounts import GiftKind

    tang = Person.objects.get(username="tang")
    gift = register(
        receiver=Person.objects.get(username="mo"), kind=GiftKind.BIRTH, happened_on=DAY, by=tang,
        mandate=mandate_of(tang, on=DAY), at=SCENE,
    )  # fmt: skip
    return gift.case.runs.get(state="open").pk


def a_response() -> int:
    """Return a response in which only mo was asked."""
    from smartunion.kernel.response.define import Protocol
    from smartunion.kernel.response.models import Asked, ProtocolVersion, Run

    protocol = Protocol(code="none", version="1", title="无", word="", terms="none", steps=())
    version, _ = ProtocolVersion.objects.get_or_create(
        digest="none", defaults={"code": "none", "content": protocol.told(), "since": SCENE}
    )
    run, _ = Run.objects.get_or_create(
        number="R2025-999", defaults={"protocol": version, "about": "none", "t0": SCENE}
    )
    mo = Person.objects.get(username="mo")
    Asked.objects.get_or_create(run=run, post="a", turn=0, person=mo, part="primary")
    return run.pk


def an_event_not_opened() -> int:
    """Return an event in which lin has no part and that is not open yet."""
    from smartunion.domains.safety.models import Event
    from smartunion.domains.safety.tests.conftest import an_event

    made = Event.objects.first()
    return made.pk if made else an_event(Person.objects.get(username="qian"), at=SCENE).pk


def an_incident_elsewhere() -> int:
    """Return a drill at an event at which lin is not on duty."""
    from smartunion.domains.safety.models import Incident

    qian, made = Person.objects.get(username="qian"), an_event_not_opened()
    return Incident.objects.get_or_create(
        number="YL-2025-009", event_id=made, place="终点", is_drill=True, reported_by=qian,
        reported_at=SCENE,
    )[0].pk  # fmt: skip


def a_glass() -> int:
    """Return a glass that a psychologist has broken; nobody else looks through it."""
    from smartunion.kernel.private.models import Glass

    return Glass.objects.create(
        by=Person.objects.get(username="mo"), office="心理中心专业人员", about="crisis.redcase:1",
        kind="crisis.subject", reason="life", because="电话里说要跳楼", factor="totp",
        proven_at=SCENE, at=SCENE, until=SCENE + timedelta(minutes=15),
    ).pk  # fmt: skip


def red_case_of_mo() -> int:
    """Return a red case that is mo's, in which lin has no part."""
    from smartunion.domains.crisis.models import RedCase

    mo = Person.objects.get(username="mo")
    given = {"subject_mark": "0" * 64, "unit": mo.unit, "source": "report", "opened_at": SCENE}
    return RedCase.objects.get_or_create(number="R2025-901", defaults=given)[0].pk


def shift_of_mo() -> int:
    from smartunion.kernel.duty.models import Shift

    mo = Person.objects.get(username="mo")
    days = timedelta(days=Shift.objects.count() + 1)
    return Shift.objects.create(
        unit=mo.unit, post="b", part="primary", person=mo, since=SCENE + days,
        until=SCENE + days + timedelta(hours=1),
    ).pk  # fmt: skip


def swap_of_mo() -> int:
    from smartunion.kernel.duty.models import Swap

    chen = Person.objects.get(username="chen")
    return Swap.objects.create(shift_id=shift_of_mo(), other=chen, because="x", asked_at=SCENE).pk


def questionnaire_of_mo() -> tuple[int, int]:
    """Return an invitation of mo's and the response that mo has handed in."""
    from smartunion.domains.wellbeing.actions import answering
    from smartunion.domains.wellbeing.models import Campaign, Invitation

    mo = Person.objects.get(username="mo")
    found = Invitation.objects.filter(person=mo).select_related("response").first()
    if found is None:
        campaign = Campaign.objects.create(
            title="自评", opens_on=DAY, closes_on=DAY, populations=["staff"], cap=9, state="open",
            planned_by=mo, planned_at=SCENE, opened_at=SCENE,
        )  # fmt: skip
        found = Invitation.objects.create(
            campaign=campaign, person=mo, population="staff", sent_on=DAY
        )
        made = answering.begin(invitation_id=found.pk, by=mo, at=SCENE)
        body = (1, 4, 12, 27, 40, 42, 48, 49, 52, 53, 56, 58)
        blue = {number: 2 if number in body else 1 for number in range(1, 91)}
        answering.save(response_id=made.pk, given=blue, by=mo, at=SCENE)
        answering.submit(response_id=made.pk, by=mo, at=SCENE)
        found = Invitation.objects.select_related("response").get(pk=found.pk)
    return found.pk, found.response.pk


def care_of_mo(kind: str) -> int:
    """Return the open step of a task about mo that is neither chen's nor lin's."""
    from smartunion.domains.wellbeing.actions import alerting
    from smartunion.domains.wellbeing.models import Alert, Task

    questionnaire_of_mo()
    task = Task.objects.filter(kind=kind).first()
    if task is None:
        task = alerting.open_assessment(alert=Alert.objects.get(), out=set(), at=SCENE)
    return task.case.runs.get().pk


def another_psychologist() -> str:
    """Return somebody who may assess, but has not been given mo's assessment."""
    who, _ = Person.objects.get_or_create(
        username="psy9", defaults={"name": "白洁", "unit": Unit.objects.get(code="B01")}
    )
    Appointment.objects.get_or_create(
        office=Office.objects.get(code="psychologist"), unit=Unit.objects.get(code="D05"),
        person=who, since=date(2025, 12, 19), until=date(2025, 12, 20),
    )  # fmt: skip
    return who.username


def _assessment_of_mo() -> Theirs:
    run_id = care_of_mo("assessment")
    return Theirs(another_psychologist(), {"run_id": run_id})


def a_leaf_of_mo() -> int:
    from smartunion.kernel.trail.record import record
    from smartunion.kernel.tree import growing
    from smartunion.kernel.tree.models import Leaf

    mo = Person.objects.get(username="mo")
    with transaction.atomic():
        entry = record("people.away", mo, by=mo, at=SCENE)
    growing.keep(at=SCENE)
    return Leaf.objects.get(kind="trail_entry", row=entry.pk).seq


def officers_rule() -> dict[str, Any]:
    """Return the address of a rule that only officers may read."""
    from smartunion.domains.policy.tests.conftest import published

    made = published("经办规程", "第一条 只给经办人看。", scope="officers")
    return {"slug": made.document.slug, "number": made.number}


def ticket_of_mo() -> tuple[int, int, int]:
    """A question of mo's at the desk: question, ticket and step."""
    from smartunion.domains.policy.actions import asking, ticketing
    from smartunion.domains.policy.reads.searching import Found
    from smartunion.domains.policy.rules.asked import Via
    from smartunion.domains.policy.rules.kinds import Tier
    from smartunion.domains.policy.rules.sla import Level

    mo, found = Person.objects.get(username="mo"), Found("产假", Tier.LOW)
    asked = asking.ask(text="产假", found=found, via=Via.TYPED, by=mo, at=SCENE)
    made = ticketing.hand_over(question_id=asked.pk, level=Level.NORMAL, by=mo, at=SCENE)
    return asked.pk, made.pk, made.case.runs.get().pk


ELSEWHERE: dict[str, Callable[[], Theirs]] = {
    "policy:version": lambda: Theirs("lin", officers_rule()),
    **{
        f"policy:{page}": lambda: Theirs("lin", {"question_id": ticket_of_mo()[0]})
        for page in ("question", "explanation")
    },
    "policy:ticket": lambda: Theirs("lin", {"ticket_id": ticket_of_mo()[1]}),
    "policy:step": lambda: Theirs("lin", {"run_id": ticket_of_mo()[2]}),
    "tree:leaf": lambda: Theirs("lin", {"seq": a_leaf_of_mo()}),
    "tree:receipt": lambda: Theirs("lin", {"seq": a_leaf_of_mo()}),
    "safety:incident": lambda: Theirs("lin", {"incident_id": an_incident_elsewhere()}),
    "safety:event": lambda: Theirs("lin", {"event_id": an_event_not_opened()}),
    "wellbeing:invitation": lambda: Theirs("lin", {"invitation_id": questionnaire_of_mo()[0]}),
    **{
        f"wellbeing:{page}": lambda: Theirs("lin", {"response_id": questionnaire_of_mo()[1]})
        for page in ("answering", "done", "withdrawing")
    },
    "wellbeing:records": lambda: Theirs("lin", {"run_id": care_of_mo("talk")}),
    "wellbeing:talk": lambda: Theirs("chen", {"run_id": care_of_mo("talk")}),
    "wellbeing:task": _assessment_of_mo,
    **{
        f"aid:{page}": lambda: Theirs("lin", {"application_id": aid_of_mo()[0]})
        for page in ("application", "edit", "consent")
    },
    "aid:continue": lambda: Theirs("lin", {"run_id": aid_of_mo()[1]}),
    "aid:card": lambda: Theirs("chen", {"application_id": aid_of_mo()[0]}),
    "aid:sealed": lambda: Theirs(
        "chen", {"application_id": aid_of_mo()[0], "part": "circumstances"}
    ),
    "aid:step": lambda: Theirs("chen", {"run_id": aid_of_mo()[1]}),
    "aid:gift_step": lambda: Theirs("chen", {"run_id": gift_step_of_mo()}),
    **{
        f"crisis:{page}": lambda: Theirs("lin", {"case_id": red_case_of_mo()})
        for page in ("case", "reading", "line", "paper")
    },
    "crisis:step": lambda: Theirs("lin", {"case_id": red_case_of_mo(), "act": "call"}),
    "crisis:aftercare": lambda: Theirs("lin", {"run_id": case_of_mo().pk}),
    **{
        f"procedures:{page}": lambda: Theirs("lin", {"case_id": case_of_mo().case_id})
        for page in ("case", "my_case", "withdrawal")
    },
    **{
        f"procedures:{page}": lambda: Theirs("lin", {"run_id": case_of_mo().pk})
        for page in STEP_PAGES
    },
    "private:through": lambda: Theirs("zhao", {"glass_id": a_glass()}),
    # whoever names people does so for every case; of a confidential one the page shows nothing
    "procedures:assigning": lambda: Theirs("lin", {"run_id": aid_of_mo()[1]}),
    "procedures:migration": lambda: Theirs("root", {"case_id": case_of_mo().case_id}),
    "absence_back": lambda: Theirs("lin", {"absence_id": absence_of_mo()}),
    "duty:giving": lambda: Theirs("lin", {"shift_id": shift_of_mo()}),
    "duty:answering": lambda: Theirs("lin", {"swap_id": swap_of_mo()}),
    "notices:one": lambda: Theirs("lin", {"notice_id": notice_of_mo().pk}),
    "notices:mine_one": lambda: Theirs("lin", {"notice_id": notice_of_mo().pk}),
    "notices:opened": lambda: Theirs("lin", {"token": link_of_mo()}),
    "procurement:tender": lambda: Theirs("lin", {"tender_id": a_tender()}),
    "procurement:opening": lambda: Theirs("lin", {"tender_id": a_tender()}),
    "procurement:supply_tender": lambda: Theirs("seller4", {"tender_id": a_tender()}),
    "procurement:opinion": lambda: Theirs("lin", {"purchase_id": a_single_source()}),
    "coupons:coupon": lambda: Theirs("lin", {"coupon_id": a_coupon_of_mo()}),
    "congress:roll": lambda: Theirs("chen", {"congress_id": a_vote_elsewhere("congress")}),
    "congress:meeting": lambda: Theirs("chen", {"meeting_id": a_vote_elsewhere("meeting")}),
    "congress:vote": lambda: Theirs("chen", {"election_id": a_vote_elsewhere("vote")}),
    "congress:sitting": lambda: Theirs("lin", {"meeting_id": a_vote_elsewhere("meeting")}),
    **{
        f"congress:{page}": lambda: Theirs("lin", {"election_id": a_vote_elsewhere("vote")})
        for page in ("scrutiny", "scrutiny_state", "paper")
    },
    "wallet:receipt": lambda: Theirs("lin", {"payment_id": a_payment_of_mo()}),
    "wallet:freezing": lambda: Theirs("lin", {"freezing_id": a_freezing_of_mo()}),
    "wallet:till_slip": lambda: Theirs("canteen1", {"payment_id": a_payment_of_mo()}),
    "membership:person": lambda: Theirs("chen", {"person_id": person_elsewhere()}),
    "membership:persons_row": lambda: Theirs("chen", {"row_id": person_elsewhere()}),
    "membership:assets_row": lambda: Theirs("gu", {"row_id": asset_elsewhere()}),
    "membership:recusal": lambda: Theirs("sun2", {"appointment_id": another_audit()}),
    **{
        f"membership:assets_{page}": lambda: Theirs(
            "gu", {"batch_id": upload_of_another("membership.AssetItem")}
        )
        for page in ("batch", "wrong", "writing", "dropping", "taking_back")
    },
    "mfa_remove_webauthn": lambda: Theirs("lin", {"pk": key_of_mo()}),
    "mfa_edit_webauthn": lambda: Theirs("lin", {"pk": key_of_mo()}),
    **{
        f"inspection:{page}": lambda page=page: Theirs("lin", found_by_others()[page])
        for page in ("looking", "problem", "step")
    },
    **{
        f"proposals:{page}": lambda page=page: Theirs("lin", a_proposal_of_others()[page])
        for page in ("proposal", "step")
    },
    **{
        f"disputes:{page}": lambda page=page: Theirs("lin", a_dispute_of_others()[page])
        for page in ("mine", "dispute", "step", "agreement")
    },
    "private:withdrawal": lambda: Theirs("lin", {"consent_id": consent_of_mo()}),
    "files:content": lambda: Theirs("lin", {"file_id": file_of_mo()}),
    **{
        f"response:{page}": lambda: Theirs("lin", {"run_id": a_response()})
        for page in ("alert", "run", "standing_down", "position", "sharing")
    },
}
"""How to make an object that is somebody else's, and who tries to open it in vain."""

OFFICERS_OF_ALL = "a permission of the whole campus: no row is outside it"
REFERENCE = "a word of the plan or of the organization, the same for everybody who may open it"
WHOLE_CAMPUS: dict[str, str] = {
    "inspection:shown": "published for everybody",
    "proposals:shown": "published for everybody: the way of a proposal, no name",
    "inspection:frame": "published for everybody: numbers only, never an amount",
    "inspection:result": "published for everybody",
    "inspection:screen": "published for everybody, as it falls",
    "inspection:photo": "dice, published for everybody",
    "policy:import": "imports of the whole campus's rules; whose own it is, is asked inside",
    "policy:acceptance": "the same; the importer is refused, as tested in domains/policy",
    "tree:consistency": "hashes of hashes, for whoever keeps a checkpoint",
    "tree:ending": "the tree has the witnesses of the whole campus",
    "safety:statement": "an office of the childcare sheet; who may sign is the engine's question",
    "safety:child_case": "an office of the childcare sheet; who is part of it is kept out inside",
    "crisis:card": "a card is about nobody; reviewers read them all",
    "procurement:award": "published for everybody",
    "procurement:inputs": "published for everybody",
    "web:parts": REFERENCE,
    "openid_connect_login": "the door of the whole campus",
    "openid_connect_callback": "the code in the address is the proof",
    "cast_entering": "demonstration only; tested in smartunion/site/accounts",
    "account_reset_password_from_key": "the key in the address is the proof",
    "membership:unit": REFERENCE,
    "membership:office": REFERENCE,
    "procedures:manual": REFERENCE,
    "procedures:manual_paper": REFERENCE,
    "membership:persons_export": "the list's own rows, as a sheet",
    "membership:assets_export": "the list's own rows, as a sheet",
    "performance:board_part": REFERENCE,
    "performance:cockpit_part": REFERENCE,
    **{
        f"congress:{page}": "published for everybody in the hall and outside"
        for page in ("result", "screen", "bundle", "sheet")
    },
    "congress:cast": "the slip's secret is the proof; tested in domains/congress",
    "merchants:heat_day": "published for everybody; small cells are muted in the archive",
    "publicity:posting": "public to everybody on campus; its masks are tested in kernel/publicity",
    "notices:address": "one's own number by a channel; there is no other in the address",
    "duty:tap": "the signature is the proof; tested in kernel/duty",
    "response:tap": "the signature is the proof; tested in kernel/response",
    "notices:receipts": "the signature is the proof; tested in kernel/notices",
    "publicity:objecting": "anybody on campus may object to any posting",
}
"""Pages with an object in their address that have no somebody else, and why."""

BY_PERMISSION = {
    "inspection.view",
    "surveys.work",
    "merchants.risk", "merchants.decide", "merchants.call", "merchants.shop",
    "coupons.view", "coupons.issue", "coupons.pay",
    "aid.visit", "duty.view", "duty.keep",
    "safety.view", "safety.plan", "safety.insured",
    "procurement.view", "procurement.keep",
    "people.appoint", "people.edit", "plan.view", "plan.edit", "plan.budget", "plan.calendar",
    "settlement.view", "settlement.work",
    "indicator.view", "indicator.rows", "wallet.desk", "wallet.merchants", "wallet.points",
    "wallet.release", "ledger.view", "trail.view", "files.view", "cockpit.view",
    "notices.desk", "publicity.desk", "publicity.decide", "private.review",
    "response.view", "response.lead", "response.drill",
    "wellbeing.lead",
}  # fmt: skip
"""Permissions that offices.yaml grants for the whole campus only (tested below)."""


def with_objects() -> list[tuple[str, URLPattern]]:
    return [(name, pattern) for name, pattern in PAGES if objects_of(pattern)]


def test_every_page_with_an_object_says_whose() -> None:
    unsaid = [
        name
        for name, pattern in with_objects()
        if name not in ELSEWHERE
        and name not in WHOLE_CAMPUS
        and pattern.callback.permission not in BY_PERMISSION
    ]
    assert unsaid == [], "add these to ELSEWHERE or WHOLE_CAMPUS in tests/house/test_permissions.py"


def test_what_counts_as_whole_campus_is_granted_for_the_whole_campus_only() -> None:
    rows = founding.load("offices.yaml")["offices"]
    partial = {can for row in rows if row["scope"] != "all" for can in row["grants"]}
    # a branch's officers read the plan and the indicators, which are the same for everybody
    assert partial & BY_PERMISSION <= {"plan.view", "indicator.view"}


def test_nobody_opens_what_is_somebody_elses(scene: None) -> None:
    founding.found(year=2025, people=40, seed=1, at=SCENE)
    from smartunion.domains.planning import public as planning

    planning.import_year(year=2025, by=None, at=SCENE, because="test")
    sun2 = Person.objects.create(
        username="sun2", name="孙二", unit=Unit.objects.get(code="B01"), kind="staff"
    )
    Appointment.objects.create(
        office=Office.objects.get(code="audit_director"),
        unit=Seat.objects.get(office__code="audit_director").unit,
        person=sun2,
        since=date(2025, 1, 1),
    )
    names = dict(PAGES)
    wrong = []
    for name, make in ELSEWHERE.items():
        if name not in names:
            continue
        theirs = make()
        client = client_of(Person.objects.get(username=theirs.username))
        address = reverse(name, kwargs=theirs.objects)
        for answer in (client.get(address), client.post(address, {"matter": "x", "because": "y"})):
            if answer.status_code not in (403, 404, 405) and not _asks_who(answer):
                wrong.append(f"{name} by {theirs.username}: {answer.status_code}")
    assert wrong == []


def _asks_who(answer: Any) -> bool:
    """Test if the answer is the question for the password again, before anything is shown."""
    return answer.status_code == 302 and "/reauthenticate/" in answer["Location"]
