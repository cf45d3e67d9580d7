"""Who may open which page of the plan, and what an officer can do there."""

from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from smartunion.domains.planning.actions.content import import_plan
from smartunion.domains.planning.models import (
    Achievement,
    Milestone,
    Placeholder,
    PlanVersion,
    PlanYear,
    SpendingLine,
    SubTask,
)
from smartunion.domains.planning.reads import files
from smartunion.domains.planning.reads.plan import plan_of
from smartunion.kernel.base import clock
from smartunion.kernel.base.models import CalendarDay, CalendarYear
from smartunion.kernel.people.models import Appointment, Office, Person
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, appoint

pytestmark = pytest.mark.django_db
WHY = {"by": None, "at": MARCH_5, "because": "常委会审议通过"}
READING = [
    "/plan/",
    "/plan/?origin=proposed",
    "/plan/?state=late",
    "/plan/timeline/",
    "/plan/timeline/?state=soon",
    "/plan/budget/",
    "/plan/budget/3.1/",
    "/plan/budget/3.5/festival.stage/",
    "/plan/indicators/?sense=safety",
    "/plan/terms/?group=wallet",
    "/plan/gaps/",
    "/plan/calendar/",
    "/plan/calendar/?year=2031",
    "/plan/compare/",
    "/plan/milestones/3.1-01-m01/",
    "/plan/plan.xlsx",
]
CHANGING = [
    "/plan/budget/revision/",
    "/plan/import/",
    "/plan/import/writing/",
    "/plan/terms/wallet/cap_fen/",
    "/plan/calendar/ruling/",
    "/plan/2025/adoption/",
    "/plan/copy/",
    "/plan/placeholders/hotline/",
    "/plan/subtasks/3.1-03/confirmation/",
    "/plan/milestones/3.1-01-m01/moving/",
    "/plan/milestones/3.1-01-m01/withdrawal/",
]


@pytest.fixture(autouse=True)
def in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' present is 5 March 2025."""
    real = datetime.now(UTC)
    monkeypatch.setenv(clock.VARIABLE, str((MARCH_5 - real).total_seconds()))


@pytest.fixture
def plan_2025(db: None) -> PlanYear:
    return import_plan(raw=files.of_year(2025), adopted=True, **WHY)


def signed_in(who: Person, *grants: str) -> Client:
    """Return a browser in which the person has signed in, with these permissions."""
    if grants:
        appoint(who, *grants)
    client = Client()
    client.force_login(who)
    return client


@pytest.mark.clause("R037")
def test_who_may_view_the_plan_opens_every_page(plan_2025: PlanYear, wang: Person) -> None:
    officer = signed_in(wang, "plan.view", "ledger.view")
    found = {address: officer.get(address).status_code for address in READING}
    assert found == dict.fromkeys(READING, 200)


def test_a_member_without_an_office_is_refused_and_a_stranger_is_sent_to_sign_in(
    plan_2025: PlanYear, mo: Person
) -> None:
    member, stranger = signed_in(mo), Client()
    for address in READING:
        assert (address, member.get(address).status_code) == (address, 403)
        assert (address, stranger.get(address).status_code) == (address, 302)


def test_viewing_is_not_changing(plan_2025: PlanYear, mo: Person, wang: Person) -> None:
    """An auditor sees the plan and changes nothing of it."""
    auditor = signed_in(mo, "plan.view", "ledger.view", "trail.view")
    officer = signed_in(wang, "plan.edit", "plan.budget", "plan.calendar")
    for address in CHANGING:
        assert (address, auditor.post(address, {}).status_code) == (address, 403)
        assert (address, officer.post(address, {}).status_code) != (address, 403)
    assert PlanVersion.objects.count() == 1


@pytest.mark.clause("T02")
@pytest.mark.clause("T27")
def test_the_tree_says_what_the_plan_states_and_what_day_a_milestone_falls_on(
    plan_2025: PlanYear, wang: Person
) -> None:
    text = signed_in(wang, "plan.view").get("/plan/").content.decode()
    assert "计划正文只写明 12 项" in text
    assert text.count('aria-label="建议"') >= 6
    assert "法定节假日 清明节，顺延至 4月7日 周一" in text


@pytest.mark.clause("T05")
@pytest.mark.clause("T04")
@pytest.mark.clause("T21")
@pytest.mark.clause("R153")
def test_the_budget_page_forecasts_both_readings_and_keeps_deposits_apart(
    plan_2025: PlanYear, wang: Person
) -> None:
    text = signed_in(wang, "plan.view").get("/plan/budget/").content.decode()
    for words in (
        "年末预测甲",
        "年末预测乙",
        "为什么有两个预测",
        "只够 2000 人",
        "零经费，制度先行",
    ):
        assert words in text
    assert "负债，单独记账" in text
    part = signed_in(wang).get("/plan/budget/", headers={"HX-Request": "true"}).content.decode()
    assert "预算执行" in part
    assert "<html" not in part


@pytest.mark.clause("T18")
@pytest.mark.clause("T19")
@pytest.mark.clause("T20")
@pytest.mark.clause("T73")
@pytest.mark.clause("T71")
@pytest.mark.clause("T75")
@pytest.mark.clause("R002")
@pytest.mark.clause("R003")
@pytest.mark.clause("R004")
@pytest.mark.clause("R005")
@pytest.mark.clause("R011")
def test_the_gaps_page_lists_what_is_unfunded_unanswered_blank_and_unverified(
    plan_2025: PlanYear, wang: Person
) -> None:
    text = signed_in(wang, "plan.view").get("/plan/gaps/").content.decode()
    assert text.count("无处列支") == 6
    assert "附属中小学课后服务" in text
    assert "没有任务" in text
    assert "只有建议的任务" in text
    for blank in ("400xxxxxxx", "粤B·xxxxx", "××市精神卫生中心", "××大学", "③现场……"):
        assert blank in text
    assert "仅据计划引用" in text
    assert "1191 万元" in text
    assert "卓越育人工程" in text


def test_the_owner_records_a_milestone_and_others_cannot(
    plan_2025: PlanYear, wang: Person, mo: Person
) -> None:
    office = Office.objects.create(
        code="welfare_committee_chair", title="福利主任", scope="all", grants=["plan.view"]
    )
    assert wang.unit is not None
    Appointment.objects.create(office=office, unit=wang.unit, person=wang, since=date(2025, 1, 1))
    scan = SimpleUploadedFile("验收单.pdf", b"%PDF-1.4\n%%EOF")
    done = {"done_on": "2025-01-15", "evidence": "41 份验收单", "upload": scan}
    address = "/plan/milestones/3.1-01-m02/achievement/"
    scan.seek(0)
    refused = signed_in(mo, "plan.view").post(address, done)
    scan.seek(0)
    assert (refused.status_code, Achievement.objects.count()) == (403, 0)
    assert "福利主任" in refused.content.decode()
    assert signed_in(wang).post(address, done).status_code == 302
    assert Achievement.objects.get().by == wang
    shown = signed_in(wang).get("/plan/milestones/3.1-01-m02/").content.decode()
    assert "验收单.pdf" in shown


def test_an_officer_moves_a_date_with_a_reason_and_without_one_nothing_moves(
    plan_2025: PlanYear, wang: Person
) -> None:
    officer = signed_in(wang, "plan.view", "plan.edit")
    address = "/plan/milestones/3.6-06-m02/moving/"
    officer.post(address, {"due_on": "2025-12-22", "because": ""})
    assert Milestone.objects.get(code="3.6-06-m02").due_on == date(2025, 12, 20)
    officer.post(address, {"due_on": "2025-12-22", "because": "常委会3月5日会议纪要"})
    assert Milestone.objects.get(code="3.6-06-m02").due_on == date(2025, 12, 22)
    assert PlanVersion.objects.count() == 2


def revision(client: Client, **changes: str) -> dict[str, str]:
    """Return the revision form as the officer sees it, with some amounts typed over."""
    form = client.get("/plan/budget/revision/").context["form"]
    seen = {name: form[name].value() for name in form.fields}
    return {name: str(v) for name, v in (seen | changes).items() if v is not None}


@pytest.mark.clause("R208")
def test_a_revision_that_breaks_the_sum_is_refused_with_both_sums(
    plan_2025: PlanYear, wang: Person
) -> None:
    officer = signed_in(wang, "plan.view", "plan.budget")
    typed = revision(officer, **{"s:3.1": "4900000", "because": "试"})
    refused = officer.post("/plan/budget/revision/", typed)
    assert refused.status_code == 409
    text = refused.content.decode()
    assert "10,600,000.00" in text
    assert "10,700,000.00" in text
    balanced = revision(officer, **{"s:3.5/festival.stage": "260000", "because": "纪要"})
    assert officer.post("/plan/budget/revision/", balanced).status_code == 302
    assert SpendingLine.objects.get(code="3.5/festival.stage").amount_fen == 26_0000_00


@pytest.mark.clause("R208")
def test_an_officer_does_not_undo_what_a_colleague_has_just_saved(
    plan_2025: PlanYear, wang: Person, chen: Person
) -> None:
    first = signed_in(wang, "plan.view", "plan.budget")
    second = signed_in(chen, "plan.view", "plan.budget")
    mine = revision(first, **{"s:3.5/festival.stage": "260000", "because": "纪要一"})
    yours = revision(second, **{"s:3.5/festival.prizes": "110000", "because": "纪要二"})
    assert first.post("/plan/budget/revision/", mine).status_code == 302
    late = second.post("/plan/budget/revision/", yours)
    assert late.status_code == 409
    assert "被别人改过" in late.content.decode()
    assert SpendingLine.objects.get(code="3.5/festival.stage").amount_fen == 26_0000_00


def test_a_term_is_changed_and_a_blank_is_filled_from_their_pages(
    plan_2025: PlanYear, wang: Person
) -> None:
    officer = signed_in(wang, "plan.view", "plan.edit")
    change = {"value": "20000", "since": "2025-07-01", "because": "常委会纪要"}
    assert officer.post("/plan/terms/wallet/cap_fen/", change).status_code == 302
    assert "200.00" in officer.get("/plan/terms/wallet/cap_fen/").content.decode()
    wrong = officer.post("/plan/terms/wallet/cap_fen/", change | {"value": "两百"})
    assert "应为 JSON 值" in wrong.content.decode()
    filled = {"value": "400-888-0000", "because": "心理中心函"}
    officer.post("/plan/placeholders/hotline/", filled)
    assert Placeholder.objects.get(code="hotline").value == "400-888-0000"
    officer.post("/plan/subtasks/3.1-03/confirmation/", {"because": "常委会纪要"})
    assert SubTask.objects.get(code="3.1-03").origin == "stated"


@pytest.mark.clause("T30")
def test_the_calendar_page_takes_a_ruling_and_confirms_a_provisional_year(
    wang: Person,
) -> None:
    officer = signed_in(wang, "plan.view", "plan.calendar")
    rest = {"day": "2025-05-15", "is_working": "no", "label": "校庆", "because": "校办通知"}
    officer.post("/plan/calendar/ruling/", rest)
    assert CalendarDay.objects.get().by == "王建国（wang）"
    assert "校庆" in officer.get("/plan/calendar/?year=2025").content.decode()
    officer.post("/plan/calendar/ruling/", rest | {"is_working": "lift"})
    assert not CalendarDay.objects.exists()
    assert "2031 年是暂定的" in officer.get("/plan/calendar/?year=2031").content.decode()
    officer.post("/plan/calendar/2031/confirmation/", {"because": "已核对国务院通知"})
    assert CalendarYear.objects.get().year == 2031


def upload(name: str, data: bytes) -> dict[str, object]:
    """Return an upload as a browser posts it."""
    return {"file": SimpleUploadedFile(name, data)}


@pytest.mark.clause("R001")
def test_a_workbook_with_a_wrong_cell_is_told_cell_by_cell_and_nothing_is_written(
    plan_2025: PlanYear, wang: Person
) -> None:
    officer = signed_in(wang, "plan.view", "plan.edit")
    book = load_workbook(BytesIO(files.workbook_of(plan_2025)))
    book["年度计划"]["A2"] = 2026
    book["里程碑"]["F2"] = "二月三十"
    book["指标"]["E3"] = "≥"
    out = BytesIO()
    book.save(out)
    answer = officer.post("/plan/import/", upload("计划.xlsx", out.getvalue()))
    told = [(e.sheet, e.row, e.column, e.found) for e in answer.context["errors"]]
    assert told == [("里程碑", 2, "止", "二月三十"), ("指标", 3, "比较", "≥")]
    assert "没有写入" in answer.content.decode()
    assert PlanYear.objects.count() == 1
    junk = officer.post("/plan/import/", upload("计划.xlsx", b"not a book"))
    assert "读不出来" in junk.content.decode()
    odd = officer.post("/plan/import/", upload("计划.yaml", b"- 1\n- 2"))
    assert "读不出来" in odd.content.decode()


def changed_book(plan: PlanYear, year: int, **cells: object) -> bytes:
    book = load_workbook(BytesIO(files.workbook_of(plan)))
    book["年度计划"]["A2"] = year
    for cell, value in cells.items():
        book["里程碑"][cell] = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def token_of(answer: Any) -> str:
    return str(answer.context["writing"].initial["token"])


@pytest.mark.clause("R001")
def test_a_file_is_looked_at_before_the_draft_is_written(plan_2025: PlanYear, wang: Person) -> None:
    """A new year is all new; the same file again changes nothing; one cell is one change."""
    officer = signed_in(wang, "plan.view", "plan.edit")
    first = officer.post("/plan/import/", upload("2027.xlsx", changed_book(plan_2025, 2027)))
    assert first.context["preview"].state == "new"
    assert "新年度，还没有写入" in first.content.decode()
    assert PlanYear.objects.count() == 1
    write = {"token": token_of(first), "because": "编制草案"}
    assert officer.post("/plan/import/writing/", write)["Location"] == "/plan/?year=2027"
    draft = PlanYear.objects.get(year=2027)
    again = officer.post("/plan/import/", upload("2027.xlsx", changed_book(plan_2025, 2027)))
    assert again.context["preview"].state == "same"
    assert "writing" in again.context
    assert "写入草案</button>" not in again.content.decode()

    title = Milestone.objects.filter(plan=draft).order_by("code")[0].title
    other = changed_book(plan_2025, 2027, C2=f"{title}（改）")
    shown = officer.post("/plan/import/", upload("2027.xlsx", other))
    found = shown.context["preview"]
    assert (found.state, found.added, found.changed, found.removed) == ("draft", 0, 1, 0)
    assert f"{title}（改）" in shown.content.decode()
    assert not Milestone.objects.filter(plan=draft, title__endswith="（改）").exists()
    officer.post("/plan/import/writing/", {"token": token_of(shown), "because": "改一处"})
    assert Milestone.objects.filter(plan__year=2027, title__endswith="（改）").count() == 1
    assert Entry.objects.filter(what="planning.imported").latest("pk").because == "改一处"


def test_what_has_changed_since_the_preview_is_not_overwritten(
    plan_2025: PlanYear, wang: Person, chen: Person
) -> None:
    """Two look at the same draft; the second to write is told to look again."""
    ours = signed_in(wang, "plan.view", "plan.edit")
    theirs = signed_in(chen, "plan.view", "plan.edit")
    mine = ours.post("/plan/import/", upload("a.xlsx", changed_book(plan_2025, 2027)))
    other = theirs.post(
        "/plan/import/", upload("b.xlsx", changed_book(plan_2025, 2027, C2="另一份"))
    )
    done = theirs.post("/plan/import/writing/", {"token": token_of(other), "because": "乙"})
    assert done.status_code == 302
    late = ours.post("/plan/import/writing/", {"token": token_of(mine), "because": "甲"})
    assert late.status_code == 409
    assert "预览之后 2027 年度计划又改过" in late.content.decode()
    stolen = ours.post("/plan/import/writing/", {"token": token_of(other), "because": "甲"})
    assert stolen.status_code == 409
    assert "预览放得太久" in stolen.content.decode()


def test_an_adopted_year_is_not_overwritten_by_a_file(plan_2025: PlanYear, wang: Person) -> None:
    officer = signed_in(wang, "plan.view", "plan.edit")
    shown = officer.post(
        "/plan/import/", upload("2025.xlsx", changed_book(plan_2025, 2025, C2="另一个"))
    )
    assert shown.context["preview"].state == "adopted"
    assert "已通过的计划不能整份覆盖" in shown.content.decode()
    assert "写入草案</button>" not in shown.content.decode()
    forced = {"token": token_of(shown), "because": "硬写"}
    assert officer.post("/plan/import/writing/", forced).status_code == 409


@pytest.mark.clause("R001")
def test_next_year_is_copied_compared_and_adopted_on_the_pages(
    plan_2025: PlanYear, wang: Person
) -> None:
    officer = signed_in(wang, "plan.view", "plan.edit")
    copied = officer.post("/plan/copy/?year=2025", {"because": "编制2026年度计划"})
    assert "2026年学校工会工作年度计划（草案）" in copied.content.decode()
    compared = officer.get("/plan/compare/?a=2025.1&b=2026").content.decode()
    assert "2025 第 1 版 与 2026 现行" in compared
    officer.post("/plan/2026/adoption/", {"because": "常委会1月会议"})
    adopted = PlanYear.objects.get(year=2026)
    assert adopted.adopted_by == wang
    assert officer.get("/plan/?year=2026").status_code == 200
    assert officer.get("/plan/compare/?a=1999&b=2026").status_code == 404


def test_without_any_plan_the_pages_say_so(wang: Person) -> None:
    officer = signed_in(wang, "plan.view", "plan.edit")
    empty = officer.get("/plan/")
    assert empty.status_code == 404
    assert "年度计划尚未导入" in empty.content.decode()
    assert "还没有年度计划" in officer.get("/plan/import/").content.decode()


def test_the_command_imports_exports_copies_and_compares(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        out = StringIO()
        call_command("plan", *words, stdout=out)
        return out.getvalue()

    assert "已通过" in run("import", "2025")
    assert "已通过" in run("import", "2025")
    book = tmp_path / "plan.xlsx"
    run("export", "2025", "--to", str(book))
    assert "已通过" in run("import", "2025", "--file", str(book))
    assert "2026年学校工会工作年度计划\t草案" in run("copy", "2025")
    assert "0 处不同" in run("compare", "2025.1", "2025")
    assert "工会" in run("compare", "2025", "2026")
    assert plan_of(2026).adopted_at is None
    with pytest.raises(CommandError, match="没有随程序保存的 1999"):
        run("import", "1999")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("plan: [{year: x}]", encoding="utf-8")
    with pytest.raises(CommandError, match="“年度计划”第 1 行“年份”是“x”，应为整数"):
        run("import", "2027", "--file", str(wrong))


def test_pages_do_not_ask_per_row(plan_2025: PlanYear, wang: Person) -> None:
    """80 milestones, 42 sub-tasks, 73 terms: a page asks a few dozen questions at most."""
    client = signed_in(wang, "plan.view")
    for address in ("/plan/", "/plan/timeline/", "/plan/budget/", "/plan/gaps/", "/plan/terms/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert (address, len(asked) <= 40) == (address, True)
