"""Where everything is: the desk's navigation, the phone's tabs, and which face an address wears."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from smartunion.kernel.base import clock
from smartunion.kernel.notices import reads as notices
from smartunion.kernel.procedures.reads import waiting_for
from smartunion.kernel.response.reads import Calling, calling
from smartunion.kernel.web.menu import Group, Item, Tab, bottom_bar, tree
from smartunion.kernel.web.page import SIGNED_IN

TOP = Group("")
WELFARE = Group("六大工程", "heart-handshake", "暖心福利", "福利")
HEALTH = Group("六大工程", "heartbeat", "健康守护", "健康")
GROWTH = Group("六大工程", "seedling", "成长赋能", "成长")
DEMOCRACY = Group("六大工程", "messages", "民主管理", "民主")
CULTURE = Group("六大工程", "run", "品牌文体", "文体")
HOUSE = Group("六大工程", "tools", "自身建设", "自身")
COMMON = Group("公共")


def waiting(request: HttpRequest) -> int:
    """Return how many steps wait for whoever asks."""
    person = getattr(request, "person", None)
    return sum(one.mine for one in waiting_for(person, clock.now())) if person else 0


MENU: list[Item] = [
    Item(TOP, "inbox", "待办", "待办", "procedures:inbox", SIGNED_IN, count=waiting),
    Item(TOP, "layout-dashboard", "驾驶舱", "驾驶舱", "performance:cockpit", "cockpit.view"),
    Item(TOP, "timeline", "年度计划", "计划", "planning:plan", "plan.view"),
    Item(TOP, "chart-bar", "预算与执行", "预算", "planning:budget", "plan.view"),
    Item(TOP, "building-store", "本店今日", "本店", "wallet:merchant", "merchant.own"),
    Item(TOP, "list-details", "本店流水", "流水", "wallet:merchant_payments", "merchant.own"),
    Item(TOP, "calendar-stats", "本店月账", "月账", "wallet:merchant_months", "merchant.own"),
    Item(TOP, "shield-dollar", "保证金与异议", "保证", "merchants:own", "merchant.own"),
    Item(TOP, "device-tablet", "本店终端", "终端", "wallet:merchant_terminals", "merchant.own"),
    Item(TOP, "cash-register", "收银台", "收银", "wallet:till", "till.use"),
    Item(TOP, "ticket", "场馆收券", "收券", "coupons:till", "till.use"),
    Item(WELFARE, "heart-handshake", "福利商城", "商城", "wallet:desk", "wallet.desk"),
    Item(WELFARE, "checklist", "对账与结算", "对账", "settlement:days", "settlement.view"),
    Item(WELFARE, "lifebuoy", "救助与慰问", "救助", "aid:desk", "aid.desk"),
    Item(WELFARE, "shopping-bag", "福利采购", "采购", "procurement:purchases", "procurement.view"),
    Item(TOP, "file-invoice", "报价", "报价", "procurement:supply", "procurement.quote"),
    Item(WELFARE, "building-store", "商户名册", "商户", "wallet:merchants", "wallet.desk"),
    Item(WELFARE, "device-tablet", "终端名册", "终端", "wallet:terminals", "wallet.desk"),
    Item(WELFARE, "baby-carriage", "托育意外", "托育", "safety:child", "safety.child"),
    Item(WELFARE, "radar-2", "套现疑点", "疑点", "merchants:risk", "merchants.risk"),
    Item(WELFARE, "report", "补贴审议报表", "报表", "merchants:report", "merchants.risk"),
    Item(WELFARE, "phone-call", "电话回访", "回访", "merchants:samples", "merchants.risk"),
    Item(TOP, "phone-call", "回访名单", "回访", "merchants:calls", "merchants.call"),
    Item(WELFARE, "snowflake", "冻结与申诉", "冻结", "wallet:freezings", "wallet.desk"),
    Item(HEALTH, "urgent", "红色个案", "个案", "crisis:mine", "crisis.centre"),
    Item(HEALTH, "books", "危机案例库", "案例", "crisis:library", "crisis.library"),
    Item(HEALTH, "chart-dots", "红色预警统计", "统计", "crisis:counts", "crisis.count"),
    Item(HEALTH, "device-desktop", "应急指挥大屏", "大屏", "command", "response.view"),
    Item(HEALTH, "urgent", "应急响应", "应急", "response:runs", "response.view"),
    Item(HEALTH, "calendar-user", "值班表", "值班", "duty:roster", "duty.view"),
    Item(HEALTH, "heartbeat", "专业评估", "评估", "wellbeing:tasks", "wellbeing.assess"),
    Item(HEALTH, "clipboard-list", "自评活动", "自评", "wellbeing:campaigns", "wellbeing.lead"),
    Item(HEALTH, "heart-handshake", "关心谈心", "谈心", "wellbeing:talks", "wellbeing.talk"),
    Item(HEALTH, "chart-bar", "自评统计", "统计", "wellbeing:counts", "wellbeing.counts"),
    Item(
        DEMOCRACY,
        "building-community",
        "二级教代会",
        "教代会",
        "congress:congresses",
        "congress.keep",
    ),
    Item(DEMOCRACY, "checkbox", "票决公开", "票决", "congress:votes", SIGNED_IN),
    Item(DEMOCRACY, "message-2-up", "提案", "提案", "proposals:listed", SIGNED_IN),
    Item(DEMOCRACY, "mood-check", "满意度调查", "调查", "surveys:listed", SIGNED_IN),
    Item(DEMOCRACY, "mailbox", "意见办理", "意见", "proposals:answering", "proposals.work"),
    Item(DEMOCRACY, "gavel", "劳动争议", "争议", "disputes:register", "disputes.desk"),
    Item(DEMOCRACY, "dice-5", "经费审查", "审查", "inspection:listed", "inspection.view"),
    Item(DEMOCRACY, "checklist", "我的查验", "查验", "inspection:mine", "inspection.check"),
    Item(CULTURE, "shield-check", "活动与安全", "活动", "safety:desk", "safety.view"),
    Item(CULTURE, "ticket", "体育券与科研券", "券", "coupons:desk", "coupons.view"),
    Item(CULTURE, "first-aid-kit", "急救设备", "设备", "safety:devices", "safety.devices"),
    Item(CULTURE, "umbrella", "人身意外险", "保险", "safety:insurance", "safety.insured"),
    Item(HOUSE, "headset", "政策咨询", "咨询", "policy:tickets", "policy.answer"),
    Item(HOUSE, "book-upload", "咨询整理", "整理", "policy:curating", "policy.curate"),
    Item(COMMON, "alert-triangle", "风险清单", "风险", "safety:risks", "safety.risks"),
    Item(COMMON, "hierarchy-2", "组织结构", "组织", "membership:chart", "people.directory"),
    Item(COMMON, "users", "人员名册", "人员", "membership:persons", "people.view"),
    Item(COMMON, "package", "人—财—物", "三册", "membership:loop", "assets.view"),
    Item(COMMON, "speakerphone", "公示台账", "公示", "publicity:postings", "publicity.desk"),
    Item(COMMON, "message-report", "异议登记", "异议", "publicity:objections", "publicity.desk"),
    Item(COMMON, "news", "公开栏", "公开", "publicity:board", SIGNED_IN),
    Item(COMMON, "binary-tree", "存证树", "存证", "tree:tree", SIGNED_IN),
    Item(COMMON, "report-money", "经费账本", "账本", "ledger:accounts", "ledger.view"),
    Item(COMMON, "list-search", "全部事项", "事项", "procedures:cases", SIGNED_IN),
    Item(COMMON, "books", "制度原文", "制度", "policy:documents", "policy.own"),
    Item(COMMON, "file-import", "导入制度", "导入", "policy:imports", "policy.keep"),
    Item(COMMON, "book-2", "岗位说明书", "手册", "procedures:manuals", SIGNED_IN),
    Item(COMMON, "target-arrow", "绩效指标", "指标", "performance:indicators", "indicator.view"),
    Item(COMMON, "eye", "谁看过我的资料", "查阅", "private:mine", SIGNED_IN),
    Item(COMMON, "urgent", "紧急查阅", "破窗", "private:breaking", "private.glass"),
    Item(COMMON, "eye-check", "查阅复核", "复核", "private:reviews", "private.review"),
    Item(COMMON, "id-badge-2", "我的岗位与权限", "权限", "membership:me", SIGNED_IN),
    Item(COMMON, "bell-check", "通知送达", "送达", "notices:desk", "notices.desk"),
    Item(COMMON, "signature", "见证方", "见证", "tree:witnesses", "tree.keep"),
    Item(COMMON, "history", "日志与存证", "日志", "trail:entries", "trail.view"),
    Item(COMMON, "alarm", "时限值守", "值守", "timers:timers", "timers.watch"),
]

TABS: list[Tab] = [
    Tab("home", "首页", "home", SIGNED_IN),
    Tab("receipt", "账单", "wallet:statement", "wallet.own"),
    Tab("qrcode", "付款", "wallet:pay", "wallet.own", primary=True),
    Tab("message-question", "问问", "policy:ask", "policy.own"),
    Tab("user", "我的", "web:me", SIGNED_IN),
]
"""活动 joins when the festival opens."""

SECTIONS: tuple[tuple[str, str], ...] = (
    ("公示", "publicity:board"),
    ("抽查", "inspection:rounds"),
    ("票决", "congress:votes"),
    ("提案", "proposals:published"),
    ("成交", "procurement:awards"),
    ("热力图", "merchants:heat_days"),
    ("存证", "tree:tree"),
)
"""What everybody may read without signing in, as the public pages' heads list it."""

FACES: list[tuple[str, str]] = [
    ("/inbox/", "web/desk.html"),
    ("/absence/", "web/desk.html"),
    ("/cases/", "web/desk.html"),
    ("/handbook/", "web/desk.html"),
    ("/cockpit/board/", "web/board.html"),
    ("/command/", "web/board.html"),
    ("/till/", "web/till.html"),
    ("/merchant/", "web/desk.html"),
    ("/merchants/", "web/desk.html"),
    ("/policy/imports/", "web/desk.html"),
    ("/coupons/desk/", "web/desk.html"),
    ("/coupons/till/", "web/desk.html"),
    ("/cockpit/", "web/desk.html"),
    ("/congress/desk/", "web/desk.html"),
    ("/congress/votes/", "web/public.html"),
    ("/congress/cast/", "web/public.html"),
    ("/plan/", "web/desk.html"),
    ("/indicators/", "web/desk.html"),
    ("/inspection/", "web/desk.html"),
    ("/proposals/", "web/desk.html"),
    ("/surveys/", "web/desk.html"),
    ("/disputes/desk/", "web/desk.html"),
    ("/people/", "web/desk.html"),
    ("/search/", "web/desk.html"),
    ("/ledger/", "web/desk.html"),
    ("/trail/", "web/desk.html"),
    ("/private/glass/", "web/desk.html"),
    ("/private/reviews/", "web/desk.html"),
    ("/timers/", "web/desk.html"),
    ("/response/", "web/desk.html"),
    ("/duty/mine/", "web/phone.html"),
    ("/duty/swaps/", "web/phone.html"),
    ("/duty/", "web/desk.html"),
    ("/files/", "web/desk.html"),
    ("/notices/mine/", "web/desk.html"),
    ("/notices/desk/", "web/desk.html"),
    ("/parts/phone/", "web/phone.html"),
    ("/parts/", "web/desk.html"),
    ("/settlement/", "web/desk.html"),
    ("/wallet/desk/", "web/desk.html"),
    ("/wallet/merchants/", "web/desk.html"),
    ("/wallet/terminals/", "web/desk.html"),
    ("/aid/desk/", "web/desk.html"),
    ("/safety/desk/", "web/desk.html"),
    ("/crisis/counts/", "web/desk.html"),
    ("/crisis/library/", "web/desk.html"),
    ("/wellbeing/desk/", "web/desk.html"),
    ("/policy/tickets/", "web/desk.html"),
    ("/policy/steps/", "web/desk.html"),
    ("/policy/curating/", "web/desk.html"),
    ("/policy/library/", "web/desk.html"),
    ("/policy/metrics/", "web/desk.html"),
    ("/procurement/", "web/desk.html"),
    ("/accounts/", "web/public.html"),
    ("/publicity/", "web/desk.html"),
    ("/public/", "web/public.html"),
]
"""The face of an address, for refusals and error pages; the phone's is the default."""


def face_of(request: HttpRequest) -> str:
    """Return the shell that a page at this address wears; nobody signed in sees the public one."""
    if not getattr(request, "person", None):
        return "web/public.html"
    for prefix, shell in FACES:
        if request.path.startswith(prefix):
            return shell
    return "web/phone.html"


def bell(request: HttpRequest) -> dict[str, Any] | None:
    """Return the bell's number, counted where it is shown, and its addresses; None for nobody."""
    person = getattr(request, "person", None)
    try:
        return person and {
            "unread": SimpleLazyObject(lambda: notices.unread(person)),
            "phone": reverse("notices:listed"),
            "desk": reverse("notices:mine"),
            "part": reverse("notices:bell"),
        }
    except NoReverseMatch:
        return None


def called(request: HttpRequest) -> list[Calling]:
    """Return the emergencies that call for whoever asks: they lie over every page."""
    person = getattr(request, "person", None)
    return calling(person) if person else []


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the public pages, and in which of them whoever asks is."""
    there = [(label, reverse(name)) for label, name in SECTIONS]
    near = [address for _, address in there if request.path.startswith(address)]
    here = max(near, key=len, default="")
    return [{"label": label, "address": one, "here": one == here} for label, one in there]


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the shells show around a page; all lazy but `shell`."""
    return {
        "bell": lambda: bell(request),
        "calling": lambda: called(request),
        "menu": lambda: tree(MENU, request),
        "tabs": lambda: bottom_bar(TABS, request),
        "shell": face_of(request),
        "campus_doors": _campus_doors,
        "public_sections": lambda: sections(request),
    }


def _campus_doors() -> list[tuple[str, str]]:
    """Return the campus's own ways to sign in, as the environment names them."""
    oidc = reverse("openid_connect_login", kwargs={"provider_id": "oidc"})
    doors = (
        (settings.OIDC_ISSUER, settings.OIDC_NAME, oidc),
        (settings.CAS_URL, settings.CAS_NAME, reverse("campus_cas")),
        (settings.WECOM_LOGIN_URL, "企业微信登录", reverse("campus_wecom")),
    )
    return [(name, address) for named, name, address in doors if named]
