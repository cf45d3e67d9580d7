"""Who opens which case, what the general form keeps, and why something cannot be done, in words."""

import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files.models import File
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import mandate_of
from smartunion.kernel.procedures import bulk, reads
from smartunion.kernel.procedures.forms import StepForm
from smartunion.kernel.procedures.models import Box, Case, StepRun, Voter

from .sample import SAMPLE
from .scene import (
    AT,
    PICTURE,
    SECRET,
    Cast,
    applied,
    as_,
    at_the_vote,
    form_of,
    opened,
    run_of,
    verified,
)

# ---------- who may open what ----------

PAGES_OF_A_CASE = ("case", "my_case")
ACTS = ("passing", "handing_in", "sending_back", "taking_over", "ballot", "recusal")


@pytest.fixture
def scene(cast: Cast) -> list[Case]:
    """Return cases of several people in several states, two of them confidential."""
    lin, mo = cast["lin"], cast["mo"]
    return [
        applied(lin), verified(mo), opened(mo), applied(lin, SECRET), verified(mo, SECRET),
    ]  # fmt: skip


def everybody() -> Iterator[Person]:
    yield from Person.objects.order_by("pk")


def test_a_list_holds_what_a_page_opens_and_nothing_more(scene: list[Case]) -> None:
    """The query of the list and the question of the page are one rule, for everybody."""
    seen_by_somebody, hidden_from_somebody = 0, 0
    for person in everybody():
        mandate = mandate_of(person, on=campus_day(AT))
        listed = set(Case.objects.filter(bulk.visible(person, mandate, at=AT)))
        opens = {case for case in Case.objects.all() if reads.may_see(case, person, mandate, AT)}
        assert listed == opens, person
        seen_by_somebody += len(opens)
        hidden_from_somebody += len(scene) - len(opens)
    assert seen_by_somebody > 20
    assert hidden_from_somebody > 20


def test_somebody_elses_case_is_not_found_by_any_page_or_act(cast: Cast, scene: list[Case]) -> None:
    """Every page and every act × every case × the cast: 404 for whoever may not see it."""
    tried = 0
    for person in cast.values():
        mandate = mandate_of(person, on=campus_day(AT))
        client = as_(person)
        for case in scene:
            if reads.may_see(case, person, mandate, AT):
                continue
            run = case.runs.filter(state=StepRun.State.OPEN).first()
            urls = [reverse(f"procedures:{page}", args=[case.pk]) for page in PAGES_OF_A_CASE]
            urls += [reverse("procedures:step", args=[run.pk])]
            for url in urls:
                assert client.get(url).status_code == 404, f"{url} for {person}"
            acts = [reverse(f"procedures:{act}", args=[run.pk]) for act in ACTS]
            acts.append(reverse("procedures:withdrawal", args=[case.pk]))
            for url in acts:
                assert client.post(url, {}).status_code == 404, f"{url} for {person}"
                tried += 1
    assert tried > 50
    assert StepRun.objects.filter(state=StepRun.State.CANCELED).count() == 0


def test_whoever_may_see_a_case_opens_its_page(cast: Cast, scene: list[Case]) -> None:
    for person in cast.values():
        mandate = mandate_of(person, on=campus_day(AT))
        client = as_(person)
        for case in scene:
            if reads.may_see(case, person, mandate, AT):
                answer = client.get(f"/cases/{case.pk}/", follow=True)
                assert answer.status_code == 200
                assert case.title in answer.content.decode()


def test_a_file_of_a_case_opens_for_whoever_sees_the_case(cast: Cast) -> None:
    applied(cast["lin"])
    file = File.objects.get(name="诊断.png")
    assert as_(cast["chen"]).get(f"/files/{file.pk}/").status_code == 200
    assert as_(cast["mo"]).get(f"/files/{file.pk}/").status_code == 404


# ---------- the general form ----------


def test_every_kind_of_fact_is_asked_for_and_kept_as_the_sheet_keeps_it(cast: Cast) -> None:
    lin, chen = cast["lin"], cast["chen"]
    case = opened(lin)
    run = run_of(case, "apply")
    client = as_(lin)
    answer = client.post(
        f"/cases/steps/{run.pk}/passing/",
        form_of(
            run, fact_category="家庭困难", fact_amount_fen="12,000.50", fact_household="4",
            fact_happened_on="2025-12-01", fact_phone="138", fact_story="两行", text_form="申请",
            files_proof=SimpleUploadedFile("证明.txt", "收入证明".encode()),
        ),
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:2000]
    case.refresh_from_db()
    assert case.facts["amount_fen"] == 12_000_50
    assert case.facts["happened_on"] == "2025-12-01"
    verify = run_of(case, "verify")
    as_(chen).post(
        f"/cases/steps/{verify.pk}/passing/",
        form_of(verify, fact_true_story="yes", fact_branch=str(lin.unit_id), text_opinion="属实"),
    )
    case.refresh_from_db()
    assert case.facts["true_story"] is True
    assert case.facts["branch"] == lin.unit_id
    form = StepForm(
        {"fact_visit_at": "2025-12-16T09:30", "fact_visitor": chen.username, "text_record": "看过"},
        sheet=SAMPLE, step=SAMPLE.step("visit"), facts={}, there=frozenset({"photo"}),
    )  # fmt: skip
    assert form.is_valid(), form.errors
    assert form.facts() == {"visit_at": "2025-12-16T09:30:00+08:00", "visitor": chen.pk}


def test_what_is_missing_is_said_field_by_field_and_what_was_typed_stays(cast: Cast) -> None:
    lin = cast["lin"]
    run = run_of(opened(lin), "apply")
    answer = as_(lin).post(
        f"/cases/steps/{run.pk}/passing/",
        form_of(run, fact_amount_fen="一万", fact_story="我写了很久的说明"),
    )
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "写成元，最多两位小数" in told
    assert "我写了很久的说明" in told
    assert "请选择救助类别" in told
    assert "请填写佐证材料" in told
    run.refresh_from_db()
    assert run.state == StepRun.State.OPEN


@pytest.mark.clause("R032")
def test_a_guard_refuses_with_its_figures_and_keeps_what_was_typed(cast: Cast) -> None:
    lin = cast["lin"]
    run = run_of(opened(lin), "apply")
    given = form_of(
        run, fact_category="家庭困难", fact_amount_fen="50001", fact_happened_on="2025-12-01",
        fact_household="4", fact_phone="138", fact_story="写过的话", text_form="申请",
        files_proof=SimpleUploadedFile("证明.txt", "收入证明".encode()),
    )  # fmt: skip
    plain = as_(lin).post(f"/cases/steps/{run.pk}/passing/", given)
    told = plain.content.decode()
    assert plain.status_code == 409
    assert "申请 50,001.00 元，最多 50,000.00 元" in told
    assert "改为标准以内的金额" in told
    assert "写过的话" in told
    assert File.objects.count() == 0, "a refused step keeps nothing"
    given[f"s{run.pk}-files_proof"] = SimpleUploadedFile("证明.txt", "收入证明".encode())
    quick = as_(lin).post(f"/cases/steps/{run.pk}/passing/", given, headers={"HX-Request": "true"})
    assert quick["HX-Retarget"] == "#refusal"
    assert "50,001.00" in quick.content.decode()


def test_a_file_is_known_by_its_content_and_several_may_come_at_once(cast: Cast) -> None:
    lin = cast["lin"]
    run = run_of(opened(lin), "apply")
    client = as_(lin)
    false = SimpleUploadedFile("照片.png", b"<html>")
    answer = client.post(f"/cases/steps/{run.pk}/outputs/", form_of(run, files_proof=false))
    assert answer.status_code == 422
    assert "只收 PDF" in answer.content.decode()
    files = [SimpleUploadedFile(f"{n}.png", PICTURE) for n in range(3)]
    answer = client.post(f"/cases/steps/{run.pk}/outputs/", form_of(run, files_proof=files))
    assert answer.status_code == 302
    assert run.evidence.filter(output="proof").count() == 3
    run.refresh_from_db()
    assert run.state == StepRun.State.OPEN, "handing in does not finish the step"
    empty = client.post(f"/cases/steps/{run.pk}/outputs/", {})
    assert "没有可存的材料" in empty.content.decode()


def test_a_file_may_stand_in_place_of_written_words(cast: Cast) -> None:
    form = StepForm(
        {"fact_true_story": "yes", "fact_branch": ""},
        {"files_opinion": SimpleUploadedFile("意见.txt", "属实".encode())},
        sheet=SAMPLE, step=SAMPLE.step("verify"), facts={}, there=frozenset(),
    )  # fmt: skip
    assert not form.is_valid()
    assert set(form.errors) == {"fact_branch"}


def test_a_name_that_several_bear_is_asked_for_by_number(cast: Cast) -> None:
    twins = [
        Person.objects.create(username=f"twin{n}", name="张伟", unit=cast["lin"].unit)
        for n in range(2)
    ]
    form = StepForm(
        {"fact_visit_at": "2025-12-16T09:30", "fact_visitor": "张伟", "text_record": "看过"},
        sheet=SAMPLE, step=SAMPLE.step("visit"), facts={}, there=frozenset({"photo"}),
    )  # fmt: skip
    assert not form.is_valid()
    assert "有 2 个人叫这个名字" in str(form.errors)
    assert all(twin.username in str(form.errors) for twin in twins)


# ---------- why can't I? ----------


def test_whoever_does_not_hold_the_step_reads_who_does_and_the_clause(cast: Cast) -> None:
    case = applied(cast["lin"])
    told = as_(cast["qian"]).get(f"/cases/{case.pk}/").content.decode()
    assert "“分工会核实”由陈志远、唐静办理，钱立群不是 A角或 B角" in told
    assert "年度计划 2.2" in told
    assert "只有 B角能接手" in told
    assert "只有林晓梅能撤回本件" in told
    run = run_of(case, "verify")
    answer = as_(cast["qian"]).post(
        f"/cases/steps/{run.pk}/passing/",
        form_of(run, fact_true_story="yes", fact_branch=str(case.unit_id), text_opinion="属实"),
    )
    assert answer.status_code == 403
    assert "钱立群不是 A角或 B角" in answer.content.decode()


def test_a_step_goes_back_with_a_reason_and_only_where_it_has_been(cast: Cast) -> None:
    case = applied(cast["lin"])
    run = run_of(case, "verify")
    client = as_(cast["chen"])
    without = client.post(f"/cases/steps/{run.pk}/return/", {f"b{run.pk}-to": "apply"})
    assert "没有写明事由" in without.content.decode()
    ahead = client.post(
        f"/cases/steps/{run.pk}/return/", {f"b{run.pk}-to": "pay", f"b{run.pk}-because": "试试"}
    )
    assert ahead.status_code == 409
    assert "试试" in ahead.content.decode(), "what was typed is not lost"
    gone = client.post(
        f"/cases/steps/{run.pk}/return/",
        {f"b{run.pk}-to": "apply", f"b{run.pk}-because": "少一份证明"},
    )
    assert gone.status_code == 302
    again = run_of(case, "apply")
    assert again.attempt == 2
    told = as_(cast["lin"]).get(f"/my/cases/{case.pk}/").content.decode()
    assert "要你做：个人申请" in told
    assert "退回过，要重办" in told


def test_the_b_part_takes_over_and_the_a_part_reads_so(cast: Cast) -> None:
    case = applied(cast["lin"])
    run = run_of(case, "verify")
    tang = run.backup
    assert tang is not None
    as_(tang).post(f"/cases/steps/{run.pk}/take-over/", {f"o{run.pk}-because": "A角出差"})
    run.refresh_from_db()
    assert run.taken_over_at is not None
    assert "B角自行接手" in as_(cast["chen"]).get(f"/cases/{case.pk}/").content.decode()


def test_the_applicant_follows_and_may_withdraw_with_a_reason(cast: Cast) -> None:
    lin = cast["lin"]
    case = applied(lin)
    client = as_(lin)
    desk = client.get(f"/cases/{case.pk}/")
    assert desk.status_code == 302
    assert desk["Location"] == f"/my/cases/{case.pk}/"
    told = client.get(desk["Location"]).content.decode()
    assert '<b class="ink">陈志远</b> A角' in told
    assert "最晚" in told
    mute = client.post(f"/cases/{case.pk}/withdrawal/", {"w-because": " "})
    assert "写明事由" in mute.content.decode()
    client.post(f"/cases/{case.pk}/withdrawal/", {"w-because": "已经好了"})
    case.refresh_from_db()
    assert case.withdrawn_because == "已经好了"
    assert "已撤回" in client.get(f"/my/cases/{case.pk}/").content.decode()
    late = client.post(f"/cases/{case.pk}/withdrawal/", {"w-because": "再撤一次"})
    assert late.status_code == 409


def test_a_step_done_in_another_browser_is_refused_in_words(cast: Cast) -> None:
    case = applied(cast["lin"])
    run = run_of(case, "verify")
    given = form_of(run, fact_true_story="yes", fact_branch=str(case.unit_id), text_opinion="属实")
    assert as_(cast["chen"]).post(f"/cases/steps/{run.pk}/passing/", given).status_code == 302
    second = as_(run.backup).post(f"/cases/steps/{run.pk}/passing/", given)
    assert second.status_code == 409
    assert "已经不在办理中（已办）" in second.content.decode()


# ---------- votes ----------


@pytest.mark.clause("P05")
def test_a_member_votes_once_and_the_page_never_tells_what(cast: Cast) -> None:
    case = at_the_vote(cast["lin"])
    run = run_of(case, "vote")
    qian = cast["qian"]
    client = as_(qian)
    shown = client.get(f"/cases/{case.pk}/").content.decode()
    assert "投出这一票" in shown
    assert 'type="radio" name="choice" value="yes" required checked' not in shown
    nothing = client.post(f"/cases/steps/{run.pk}/ballot/", {})
    assert nothing.status_code == 422
    assert client.post(f"/cases/steps/{run.pk}/ballot/", {"choice": "no"}).status_code == 302
    assert Voter.objects.get(person=qian, poll__run=run).state == Voter.State.VOTED
    assert b"no" not in bytes(Box.objects.get(poll__run=run).sealed)
    shown = client.get(f"/cases/{case.pk}/").content.decode()
    assert "已经投过票" in shown
    assert "投出这一票" not in shown
    twice = client.post(f"/cases/steps/{run.pk}/ballot/", {"choice": "yes"})
    assert twice.status_code == 409
    outside = as_(cast["chen"]).post(f"/cases/steps/{run.pk}/ballot/", {"choice": "yes"})
    assert outside.status_code == 403


def test_a_member_stays_out_with_a_reason(cast: Cast) -> None:
    case = at_the_vote(cast["lin"])
    run = run_of(case, "vote")
    client = as_(cast["qian"])
    mute = client.post(f"/cases/steps/{run.pk}/recusal/", {f"r{run.pk}-because": ""})
    assert "写明事由" in mute.content.decode()
    client.post(f"/cases/steps/{run.pk}/recusal/", {f"r{run.pk}-because": "是我表妹"})
    assert "是我表妹" in client.get(f"/cases/{case.pk}/").content.decode()


# ---------- lists ----------


def test_the_inbox_says_how_many_wait_and_until_when(cast: Cast) -> None:
    chen = cast["chen"]
    applied(cast["lin"])
    applied(cast["lin"], hours=24 * 8)
    told = as_(chen).get("/inbox/").content.decode()
    assert "2 件等您处理，1 件已逾期" in told
    assert "逾期" in told
    assert 'aria-label="2 件待办"' in told, "the navigation counts"
    late = as_(chen).get("/inbox/?part=late").content.decode()
    assert late.count("困难救助</a>") == 1
    none = as_(chen).get("/inbox/?part=sign").content.decode()
    assert "没有符合的待办" in none


def test_the_inbox_of_whoever_has_nothing_says_what_will_come(cast: Cast) -> None:
    assert "都办完了" in as_(cast["wang"]).get("/inbox/").content.decode()
    phone = as_(cast["mo"]).get("/inbox/").content.decode()
    assert "都办完了" in phone
    assert 'data-face="phone"' in phone


def test_a_member_finds_what_waits_on_the_home_page(cast: Cast) -> None:
    case = opened(cast["lin"])
    home = as_(cast["lin"]).get("/").content.decode()
    assert case.title in home
    assert f"/cases/steps/{run_of(case, 'apply').pk}/" in home


def test_the_list_of_all_goes_out_as_a_sheet_with_the_same_rows(
    cast: Cast, scene: list[Case]
) -> None:
    answer = as_(cast["qian"]).get("/cases/?out=xlsx&state=")
    book = load_workbook(io.BytesIO(answer.content))
    titles = [row[1].value for row in book.active.iter_rows(min_row=2)]
    assert sorted(titles) == sorted(
        case.title for case in scene if not case.sheet.code.endswith("secret")
    )
    page = as_(cast["qian"]).get("/cases/?state=&q=莫思齐").content.decode()
    assert "莫思齐困难救助" in page
    assert "林晓梅困难救助" not in page


def test_the_list_asks_the_database_the_same_number_of_questions_for_any_number_of_cases(
    cast: Cast, django_assert_max_num_queries
) -> None:
    for _ in range(3):
        applied(cast["lin"])
    client = as_(cast["qian"])
    client.get("/cases/")
    with django_assert_max_num_queries(60):
        client.get("/cases/")
    for _ in range(12):
        applied(cast["lin"])
    with django_assert_max_num_queries(60):
        client.get("/cases/")


def test_a_case_page_shows_all_six_columns_and_every_step(cast: Cast) -> None:
    case = verified(cast["lin"])
    told = as_(cast["qian"]).get(f"/cases/{case.pk}/").content.decode()
    for column in ("事项", "流程", "时限", "输出", "责任", "风险"):
        assert f"<h2>{column}</h2>" in told
    for step in SAMPLE.steps:
        assert step.name in told
    assert "优亲厚友" in told
    assert "未触发" in told
