"""What officers do from outside: name who does a step, move a case to the newer sheet, go back."""

from dataclasses import replace

import pytest

from smartunion.kernel.notices.models import Notice
from smartunion.kernel.procedures import ballots, engine
from smartunion.kernel.procedures.define import Unit, Within
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun, Voter
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.cast import appoint

from . import scene
from .sample import SAMPLE
from .scene import AT, SECRET, Cast, applied, as_, at_the_vote, run_of, verified

# ---------- 指定经办人 ----------


def naming(run: StepRun, **typed: str) -> dict[str, str]:
    return {f"n{run.pk}-{name}": value for name, value in typed.items()}


@pytest.mark.clause("2.2")
def test_an_officer_names_who_does_a_step_and_that_person_is_told(cast: Cast) -> None:
    """A part that is vacant or kept out is filled by name or number, with a reason."""
    case = applied(cast["lin"])
    run, qian = run_of(case, "verify"), cast["qian"]
    appoint(qian, "procedures.assign")
    url = f"/cases/steps/{run.pk}/assignment/"
    assert url in as_(qian).get(f"/cases/{case.pk}/").content.decode()
    typed = naming(run, person="顾文", part="A", because="陈志远出国")
    answer = as_(qian).post(url, typed, follow=True)
    assert "“分工会核实”的A角改为顾文" in answer.content.decode()
    run.refresh_from_db()
    assert (run.lead, run.backup) == (cast["gu"], cast["tang"])
    entry = Entry.objects.get(what="procedures.assigned")
    assert (entry.by, entry.because, entry.facts["person"]) == (qian, "陈志远出国", "顾文")
    assert Notice.objects.filter(person=cast["gu"], title__contains="改由您办理（A角）").exists()
    assert "办结本步" in as_(cast["gu"]).get(f"/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"person": "没这个人", "part": "A", "because": "出差"}, 422, "没有这个人"),
        ({"person": "gu", "part": "A", "because": ""}, 422, "请填写理由"),
        ({"person": "gu", "part": "C", "because": "出差"}, 422, "作为"),
        ({"person": "chen", "part": "B", "because": "出差"}, 409, "现在由陈志远办理"),
        ({"person": "lin", "part": "A", "because": "出差"}, 409, "不能办理自己的事项"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_what_was_typed_stays(
    cast: Cast, typed: dict[str, str], status: int, says: str
) -> None:
    case = applied(cast["lin"])
    run = run_of(case, "verify")
    appoint(cast["qian"], "procedures.assign")
    answer = as_(cast["qian"]).post(f"/cases/steps/{run.pk}/assignment/", naming(run, **typed))
    told = answer.content.decode()
    assert answer.status_code == status
    assert says in told
    assert f'value="{typed["person"]}"' in told, "what was typed is not lost"
    assert typed["because"] in told
    run.refresh_from_db()
    assert run.lead == cast["chen"]
    assert not Entry.objects.filter(what="procedures.assigned").exists()


def test_nobody_else_names_anybody_and_nobody_in_their_own_matter(cast: Cast) -> None:
    case = applied(cast["lin"])
    run = run_of(case, "verify")
    url = f"/cases/steps/{run.pk}/assignment/"
    typed = naming(run, person="gu", part="A", because="出差")
    assert "指定经办人" not in as_(cast["chen"]).get(f"/cases/{case.pk}/").content.decode()
    assert as_(cast["chen"]).post(url, typed).status_code == 403
    appoint(cast["lin"], "procedures.assign")
    own = as_(cast["lin"]).post(url, typed)
    assert own.status_code == 409
    assert "林晓梅与“林晓梅困难救助”有关" in own.content.decode()
    appoint(cast["qian"], "procedures.assign")
    run.refresh_from_db()
    assert run.lead == cast["chen"]


def test_who_does_a_confidential_step_is_named_without_seeing_the_case(cast: Cast) -> None:
    """Somebody must be able to go on with it; of whom and what it is stays closed."""
    case = applied(cast["mo"], SECRET)
    run = run_of(case, "verify")
    appoint(cast["qian"], "procedures.assign")
    url = f"/cases/steps/{run.pk}/assignment/"
    told = as_(cast["qian"]).get(url).content.decode()
    assert "这是保密事项" in told
    assert cast["mo"].name not in told
    assert case.title not in told
    assert as_(cast["qian"]).get(f"/cases/{case.pk}/").status_code == 404
    typed = naming(run, person="chen", part="A", because="陈志远出国")
    assert as_(cast["qian"]).post(url, typed).status_code == 302
    run.refresh_from_db()
    assert run.lead == cast["chen"]
    assert as_(cast["tang"]).get(url).status_code == 403


def test_the_applicants_own_step_is_nobody_elses(cast: Cast) -> None:
    case = scene.opened(cast["lin"])
    run = run_of(case, "apply")
    appoint(cast["qian"], "procedures.assign")
    assert "指定经办人" not in as_(cast["qian"]).get(f"/cases/{case.pk}/").content.decode()
    answer = as_(cast["qian"]).post(
        f"/cases/steps/{run.pk}/assignment/", naming(run, person="gu", part="A", because="代办")
    )
    assert answer.status_code == 409


# ---------- 迁到现行版 ----------

RENAMED = {"verify": "look", "apply": "ask"}
SECOND = replace(
    SAMPLE,
    version="2",
    promise=replace(SAMPLE.promise, starts="ask"),
    steps=tuple(
        replace(
            step,
            code=RENAMED.get(step.code, step.code),
            name="实地核实" if step.code == "verify" else step.name,
            within=Within(9, Unit.DAYS) if step.code == "verify" else step.within,
            ways=tuple(
                replace(way, to=RENAMED.get(way.to, way.to) if isinstance(way.to, str) else way.to)
                for way in step.ways
            ),
        )
        for step in SAMPLE.steps
    ),
)
BOTH = (SAMPLE, SECRET, SECOND)
KEPT = tuple(step for step in SAMPLE.steps if step.code not in {"visit", "check"})
THIRD = replace(SAMPLE, version="3", steps=(*KEPT, replace(SAMPLE.step("check"), code="both")))
MERGED = (SAMPLE, SECRET, THIRD)


@pytest.fixture
def revised(cast: Cast, settings) -> Case:
    """Return a case at the branch, by a sheet that has been revised since."""
    case = applied(cast["lin"])
    settings.PROCEDURE_SHEETS = f"{__name__}.BOTH"
    return case


@pytest.mark.clause("R027")
def test_a_case_of_an_older_version_says_so_to_whoever_opens_it(cast: Cast, revised: Case) -> None:
    told = as_(cast["chen"]).get(f"/cases/{revised.pk}/").content.decode()
    assert "本件按第 1 版办理，现行第 2 版" in told
    assert "改按现行版办理" not in told
    settled = engine.open_case(
        sheet=SECOND, title="新件", facts={}, unit=revised.unit, applicant=cast["lin"],
        by=cast["lin"], at=AT,
    )  # fmt: skip
    assert "现行第" not in as_(cast["qian"]).get(f"/cases/{settled.pk}/").content.decode()


@pytest.mark.clause("R027")
def test_a_holder_maps_what_has_another_name_and_the_case_goes_on_by_the_newer_sheet(
    cast: Cast, revised: Case
) -> None:
    run, qian = run_of(revised, "verify"), cast["qian"]
    appoint(qian, "procedures.migrate")
    url = f"/cases/{revised.pk}/migration/"
    form = as_(qian).get(f"/cases/{revised.pk}/").content.decode()
    assert "“分工会核实”（在办）在新版里是" in form
    assert "“个人申请”（已办）在新版里是" in form
    assert (
        '<option value="vote">' not in form.split('name="v-step_verify"')[1].split("</select>")[0]
    )
    silent = as_(qian).post(url, {"v-step_apply": "ask", "v-because": "修订"})
    assert silent.status_code == 422
    assert "请选择“分工会核实”（在办）在新版里是" in silent.content.decode()
    assert "修订" in silent.content.decode()
    answer = as_(qian).post(
        url, {"v-step_verify": "look", "v-step_apply": "ask", "v-because": "六栏表修订"}
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    run.refresh_from_db()
    revised.refresh_from_db()
    assert (run.step, revised.sheet.version, run.lead) == ("look", "2", cast["chen"])
    assert (run.due_at - run.opened_at).days >= 8, "the limit is the newer sheet's"
    told = as_(qian).get(f"/cases/{revised.pk}/").content.decode()
    assert "现行第" not in told
    assert "诊断.png" in told, "what was handed in stays in the file"
    engine.pass_step(
        run_id=run.pk, facts={"true_story": True}, outputs={"opinion": Given(text="属实")},
        by=cast["chen"], at=AT,
    )  # fmt: skip
    assert run_of(revised, "visit")


def test_a_done_step_that_the_newer_sheet_has_not_leaves_its_papers_in_the_file(
    cast: Cast, revised: Case
) -> None:
    qian = cast["qian"]
    appoint(qian, "procedures.migrate")
    url = f"/cases/{revised.pk}/migration/"
    assert as_(qian).post(url, {"v-step_verify": "look", "v-because": "修订"}).status_code == 302
    told = as_(qian).get(f"/cases/{revised.pk}/").content.decode()
    assert "诊断.png" in told


def test_two_open_steps_cannot_become_one_and_nobody_else_moves_a_case(
    cast: Cast, settings
) -> None:
    case = verified(cast["lin"])
    settings.PROCEDURE_SHEETS = f"{__name__}.MERGED"
    url = f"/cases/{case.pk}/migration/"
    typed = {"v-step_visit": "both", "v-step_check": "both", "v-because": "合并"}
    assert as_(cast["chen"]).post(url, typed).status_code == 403
    appoint(cast["qian"], "procedures.migrate")
    answer = as_(cast["qian"]).post(url, typed)
    assert answer.status_code == 409
    assert "“入户调查”和“财务核对”同时在办" in answer.content.decode()
    assert "合并" in answer.content.decode()
    case.refresh_from_db()
    assert case.sheet.version == "1"


# ---------- 公示撤下以后 ----------


def at_the_window(cast: Cast) -> StepRun:
    case = at_the_vote(cast["lin"])
    run = run_of(case, "vote")
    for voter in Voter.objects.filter(poll__run=run, state=Voter.State.WAITING):
        ballots.cast(run_id=run.pk, choice="yes", by=voter.person, at=AT)
    return run_of(case, "publish")


@pytest.mark.clause("5.1")
def test_a_window_goes_back_once_its_posting_is_taken_down_and_only_then(cast: Cast) -> None:
    """From the standing posting to the step before: what the notice asks for, the page offers."""
    run, tang = at_the_window(cast), cast["tang"]
    url, page = f"/cases/steps/{run.pk}/return/", f"/cases/{run.case_id}/"
    typed = {f"b{run.pk}-to": "verify", f"b{run.pk}-because": "金额写错"}
    assert url not in as_(tang).get(page).content.decode()
    assert as_(tang).post(url, typed).status_code == 409
    publicity.take_down(posting_id=posting_of(run).pk, by=cast["qian"], at=AT, because="金额写错")
    deliver(at=AT)
    assert "请退回前面的步骤" in Notice.objects.filter(person=tang).latest("pk").text
    told = as_(tang).get(page).content.decode()
    assert "撤下：金额写错" in told
    assert url in told
    assert url not in as_(cast["qian"]).get(page).content.decode(), "neither A nor B"
    assert as_(tang).post(url, typed).status_code == 302
    assert run_of(run.case, "verify").attempt == 2
