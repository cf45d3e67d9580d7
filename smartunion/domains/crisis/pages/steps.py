"""What can be done on a case: one address, one form; which acts there are depends on the part.

An act is a row of `ACTS`: whose it is, when it makes sense, what it asks, and the action it calls.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from smartunion.domains.crisis import forms
from smartunion.domains.crisis.actions import (
    calling,
    ending,
    holding,
    locating,
    referring,
    scene,
    vehicles,
)
from smartunion.domains.crisis.actions.referring import Told
from smartunion.domains.crisis.reads import cases, desk
from smartunion.domains.crisis.reads.desk import HOLDERS, Shown
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.rules.grounds import Legal
from smartunion.domains.crisis.rules.matrix import Role, Stage
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

Given = Mapping[str, Any]
Do = Callable[[Shown, dict[str, Any], Given], object]
LEAD = "response.lead"


def _always(shown: Shown, at: datetime) -> bool:
    return shown.stage == Stage.RUNNING


@dataclass(frozen=True)
class Act:
    """Something that can be done on a case."""

    code: str
    title: str
    roles: frozenset[Role]
    form: type[django_forms.Form]
    do: Do
    done: str
    icon: str = "arrow-right"
    hint: str = ""
    when: Callable[[Shown, datetime], bool] = _always
    button: str = "确定"


def _asked(shown: Shown, at: datetime, *states: str) -> bool:
    request = shown.request
    return _always(shown, at) and request is not None and request.state in states


def _may_ask(shown: Shown, at: datetime) -> bool:
    request = shown.request
    return _always(shown, at) and (request is None or not cases.stands(request, at=at))


def _may_hold(shown: Shown, at: datetime) -> bool:
    return shown.hold is None and not shown.case.is_drill


def _there(shown: Shown) -> bool:
    return getattr(shown.case, "scene", None) is not None


def _decided(shown: Shown) -> str:
    found = getattr(shown.case, "scene", None)
    return found.decision if found else ""


def _vehicle(shown: Shown, kind: str) -> bool:
    return any(one.kind == kind and one.arrived_at is None for one in shown.vehicles)


def _refer(shown: Shown, asked: dict[str, Any], given: Given) -> object:
    legal = Legal(
        number=shown.case.number, ground=given["ground"], own_consent=given["own_consent"],
        guardian=given["guardian"], family_told_at=given["family_told_at"],
        family_untold=given["family_untold"],
    )  # fmt: skip
    told = Told(
        story=given["story"], risk=given["risk"], family=given["family"],
        relation=given["relation"], family_phone=given["family_phone"],
    )  # fmt: skip
    return referring.issue(**asked, legal=legal, told=told)


def _request(shown: Shown) -> int:
    if shown.request is None:
        raise Http404
    return shown.request.pk


def _on_request(action: Callable[..., object]) -> Do:
    """Return a doing that is about the case's location request instead of the case."""

    def do(shown: Shown, asked: dict[str, Any], given: Given) -> object:
        rest = {key: value for key, value in asked.items() if key != "case_id"}
        return action(request_id=_request(shown), **rest, **given)

    return do


def _on_case(action: Callable[..., object], **fixed: Any) -> Do:
    return lambda shown, asked, given: action(**asked, **fixed, **given)


A, B, C = Role.A, Role.B, Role.C
SECURITY, LEADER, DRIVER, CENTRE = Role.SECURITY, Role.LEADER, Role.DRIVER, Role.CENTRE
ACTS: tuple[Act, ...] = (
    Act(
        "call", "登记通话结果", frozenset({A}), forms.CallResult, _on_case(calling.report_call),
        "通话结果已封存", "phone", "打完马上填；无人接听、空号也要填",
    ),
    Act(
        "number", "人工修正号码", frozenset({A, CENTRE}), forms.Number,
        _on_case(calling.correct_number), "号码已改正", "edit",
        "空号或错号：核实后改，改前改后都有记录",
    ),
    Act(
        "location", "申请定位", frozenset({B}), forms.LocationAsk,
        _on_case(locating.request_location), "申请已交保卫处，等放行", "map-pin",
        "不能自己申请又自己放行；没有依据不查", _may_ask, "提出申请",
    ),
    Act(
        "release", "放行定位申请", frozenset({SECURITY}), forms.Nothing,
        _on_request(locating.release_location), "已放行，到时限自动失效", "lock-open",
        "看清依据和理由再放行；放行人与申请人不能是同一人", lambda s, at: _asked(s, at, "asked"),
        "放行",
    ),
    Act(
        "refusal", "不放行", frozenset({SECURITY}), forms.Because,
        _on_request(locating.refuse_location), "已答复申请人", "lock",
        "", lambda s, at: _asked(s, at, "asked"), "不放行",
    ),
    Act(
        "place", "登记最后位置", frozenset({SECURITY, B}), forms.Place,
        _on_request(locating.note_place), "位置已封存，现场医生可以打开", "current-location",
        "只登记时间和地点，不截图、不外传", lambda s, at: _asked(s, at, "released"),
    ),
    Act(
        "arrival", "我到现场了", frozenset({C}), forms.Nothing, _on_case(scene.arrive),
        "到场时间已记下", "run", "", lambda s, at: _always(s, at) and not _there(s), "已到场",
    ),
    Act(
        "decision", "现场决定", frozenset({C}), forms.SceneDecision, _on_case(scene.decide),
        "决定已记下", "stethoscope",
        "约束、隔离只能由医疗机构依精神卫生法第40条实施，本系统不下达",
        lambda s, at: _always(s, at) and _there(s) and not _decided(s), "作出决定",
    ),
    Act(
        "referral", "开具转介单", frozenset({C}), forms.ReferralForm, _refer,
        "转介单已开具，绿色通道开通", "file-text", "没有法定依据的不能开具",
        lambda s, at: _decided(s) == "refer" and s.referral is None, "开具",
    ),
    Act(
        "family", "登记家属意见", frozenset({C, CENTRE}), forms.FamilyAnswer,
        _on_case(referring.tell_family), "家属意见已登记", "users", "",
        lambda s, at: s.referral is not None and s.referral.admitted_at is None,
    ),
    Act(
        "delivery", "已交给医院", frozenset({C}), forms.Nothing, _on_case(referring.deliver),
        "送达时间已记下", "building-hospital", "",
        lambda s, at: s.referral is not None and s.referral.delivered_at is None, "已移交",
    ),
    Act(
        "admission", "登记入院", frozenset({C, CENTRE}), forms.Nothing,
        _on_case(referring.admit), "入院已登记", "bed",
        "须有本人自愿，或监护人同意（精神卫生法第31条）；否则不予登记",
        lambda s, at: s.referral is not None
        and s.referral.delivered_at is not None
        and s.referral.admitted_at is None,
        "登记入院",
    ),
    Act(
        "car", "值班车到了", frozenset({DRIVER, C}), forms.Nothing,
        _on_case(vehicles.come, kind="duty"), "到达时间已记下", "car", "",
        lambda s, at: _always(s, at) and _vehicle(s, "duty"), "车到了",
    ),
    Act(
        "ambulance", "登记120受理", frozenset({LEADER, C}), forms.LogNumber,
        _on_case(vehicles.call_120), "已登记，保卫处开启绿波", "ambulance",
        "先打电话，再登记；说清集合地点和校门",
        lambda s, at: _always(s, at) and not any(v.kind == "ambulance" for v in s.vehicles),
    ),
    Act(
        "standdown", "解除个案", frozenset({A, LEADER}), forms.StandDown,
        _on_case(ending.stand_down), "个案已解除，已通知所有人", "flag-off",
        "确认本人平安才解除；原因所有人看得到，详情封存", button="解除",
    ),
    Act(
        "harm", "登记失控", frozenset({LEADER, C, CENTRE}), forms.HarmForm,
        _on_case(ending.lose_control), "已登记，统计已更新，经过已封存", "alert-octagon",
        "预警以后本人或他人受到伤害、失联的，如实登记；计入“失控”指标，登记后不能撤销",
        lambda s, at: not s.case.is_drill and not s.case.lost_control, "登记",
    ),
    Act(
        "hold", "依法留存", HOLDERS, forms.HoldAsk, _on_case(holding.ask),
        "已留存，等另一位同意", "archive",
        "留存期间封存资料到期也不销毁；立即生效，由另一位同意", _may_hold, "登记留存",
    ),
    Act(
        "hold-agreement", "同意留存", HOLDERS, forms.Nothing, _on_case(holding.agree),
        "已同意留存", "archive", "与提出人不是同一人",
        lambda s, at: s.hold is not None
        and s.hold.agreed_by_id is None
        and not s.is_mine(s.hold.asked_by_id),
        "同意",
    ),
    Act(
        "hold-end", "提出解除留存", HOLDERS, forms.HoldOver, _on_case(holding.ask_to_lift),
        "已提出，等另一位解除", "archive-off", "由另一位办理解除",
        lambda s, at: s.hold is not None and s.hold.over_asked_by_id is None, "提出解除",
    ),
    Act(
        "hold-lifting", "解除留存", HOLDERS, forms.Nothing, _on_case(holding.lift),
        "留存已解除，到期的由系统销毁", "archive-off", "与提出人不是同一人；解除后到期资料随即销毁",
        lambda s, at: s.hold is not None
        and s.hold.over_asked_by_id is not None
        and not s.is_mine(s.hold.over_asked_by_id),
        "解除留存",
    ),
)  # fmt: skip


def acts_of(shown: Shown, *, at: datetime) -> list[Act]:
    """Return what somebody can do on a case now."""
    roles = set(shown.roles)
    return [act for act in ACTS if act.roles & roles and act.when(shown, at)]


@never_cache
@page(can="home", methods="GET POST")
def step(request: PersonRequest, *, case_id: int, act: str) -> HttpResponse:
    """办一件事: what it asks, and doing it."""
    at = clock.now()
    shown = desk.one(case_id, request.person, request.mandate, at=at)
    one = next((a for a in acts_of(shown, at=at) if a.code == act), None) if shown else None
    if shown is None or one is None:
        raise Http404
    form = _form(one, request)
    no: Refused | None = None
    if request.method == "POST" and form.is_valid():
        asked = {"case_id": case_id, "by": request.person, "at": at}
        try:
            one.do(shown, asked, form.cleaned_data)
            messages.success(request, one.done)
            return redirect("crisis:case", case_id=case_id)
        except Refused as refused:
            no = refused
    context = {"shown": shown, "it": shown.case, "act": one, "form": form, "no": no}
    context["terms"] = terms_on(at).given
    response = show(request, "crisis/step.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _form(one: Act, request: PersonRequest) -> django_forms.Form:
    data = request.POST if request.method == "POST" else None
    if one.form is forms.StandDown:
        reasons = [(because.value, because.value) for because in ending.Because]
        return forms.StandDown(data, reasons=reasons)
    return one.form(data)


@never_cache
@page(can="home", methods="POST")
def paper(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """心理危机转介单 as PDF: pressed for this reading, kept nowhere."""
    shown = desk.one(case_id, request.person, request.mandate, at=clock.now())
    if shown is None or shown.referral is None:
        raise Http404
    form = forms.Reading(request.POST)
    purpose = form.cleaned_data["purpose"] if form.is_valid() else "打印转介单随车"
    printed = referring.print_referral(
        case_id=case_id, roles=shown.roles, purpose=purpose, by=request.person, at=clock.now()
    )
    response = HttpResponse(printed.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{shown.case.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
