"""The sample sheet's stage: twelve people in December, and how far a case can be taken."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Appointment, Person
from smartunion.kernel.procedures import engine, handing
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun

from .sample import SAMPLE

AT = datetime(2025, 12, 15, 10, 42, tzinfo=CAMPUS)
SECRET = replace(SAMPLE, code="sample.secret", confidential=True)
SHEETS = (SAMPLE, SECRET)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 64
Cast = dict[str, Person]


OFFICES = (  # code, unit, within, grants, who holds it
    ("standing_member", "U1", None, ["cases.all"], ""),
    ("executive_vice_chair", "U1", "standing_member", [], "qian"),
    ("union_chair", "U1", "standing_member", [], "zhao"),
    ("vice_chair", "U1", "standing_member", [], "zhou"),
    ("welfare_committee_chair", "C1", None, [], "wang"),
    ("branch_chair", "B01", None, [], "chen"),
    ("branch_chair", "B03", None, [], "gu"),
    ("welfare_officer", "D01", None, [], "tang"),
    ("finance_head", "D03", None, [], "li"),
    ("finance_clerk", "D03", None, [], "he"),
    ("audit_office", "D08", None, ["cases.all"], "auditor"),
)
UNITS = {
    "U1": ("校工会常务委员会", "standing"), "C1": ("福利保障专门委员会", "special"),
    "B01": ("外国语学院工会分会", "branch"), "B02": ("机关工会分会", "branch"),
    "B03": ("文学院工会分会", "branch"), "D01": ("工会福利部", "department"),
    "D03": ("财务处", "department"), "D08": ("校审计处", "department"),
}  # fmt: skip
NAMES = {
    "lin": ("林晓梅", "B01"), "chen": ("陈志远", "B01"), "mo": ("莫思齐", "B03"),
    "gu": ("顾文", "B03"), "wang": ("王建国", "B02"), "qian": ("钱立群", "B02"),
    "zhao": ("赵明华", "B02"), "zhou": ("周启明", "B02"), "tang": ("唐静", "B02"),
    "li": ("李慧敏", "B02"), "he": ("何平", "B02"), "auditor": ("郑文", "B02"),
}  # fmt: skip


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def opened(by: Person, sheet=SAMPLE, hours: int = 2) -> Case:
    return engine.open_case(
        sheet=sheet, title=f"{by.name}困难救助", facts={}, unit=by.unit, applicant=by, by=by,
        at=AT - timedelta(hours=hours),
    )  # fmt: skip


def run_of(case: Case, step: str) -> StepRun:
    return case.runs.get(step=step, state=StepRun.State.OPEN)


def applied(by: Person, sheet=SAMPLE, hours: int = 2) -> Case:
    case = opened(by, sheet, hours)
    facts = {
        "category": "重大疾病", "amount_fen": 20_000_00, "happened_on": "2025-12-01",
        "household": 3, "phone": "1", "story": "住院",
    }  # fmt: skip
    handing.finish(
        run_id=run_of(case, "apply").pk, facts=facts, texts={"form": "申请"},
        uploads={"proof": [SimpleUploadedFile("诊断.png", PICTURE)]},
        by=by, at=AT - timedelta(hours=hours - 1),
    )  # fmt: skip
    return case


def verified(by: Person, sheet=SAMPLE) -> Case:
    case = applied(by, sheet)
    run = run_of(case, "verify")
    engine.pass_step(
        run_id=run.pk, facts={"true_story": True}, outputs={"opinion": Given(text="属实")},
        by=run.lead, at=AT - timedelta(minutes=30), because="走访属实",
    )  # fmt: skip
    return case


def at_the_vote(by: Person) -> Case:
    case = verified(by)
    paper = {"budget": Given(text="够")}
    check = run_of(case, "check")
    engine.pass_step(run_id=check.pk, outputs=paper, by=check.lead, at=AT - timedelta(minutes=20))
    visit = run_of(case, "visit")
    papers = {"record": Given(text="看过"), "photo": Given(text="照片")}
    second = Person.objects.exclude(pk__in=[visit.lead_id, by.pk]).filter(kind="staff").first()
    post = Appointment.objects.get(office__code="welfare_officer", person=visit.lead)
    Appointment.objects.create(
        office=post.office, unit=post.unit, person=second, since=post.since, part="B"
    )
    facts = {"visit_at": AT.isoformat(), "visitor": second.pk}
    moment = AT - timedelta(minutes=10)
    engine.pass_step(run_id=visit.pk, facts=facts, outputs=papers, by=visit.lead, at=moment)
    engine.pass_step(run_id=visit.pk, by=second, at=moment + timedelta(minutes=1))
    return case


def form_of(run: StepRun, **fields: object) -> dict[str, object]:
    return {f"s{run.pk}-{name}": value for name, value in fields.items()}
