"""首页: what waits for me, my wallet, and the services that I may open."""

from datetime import datetime

from django.http import HttpResponse

from smartunion.domains.wallet.reads import home as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.reads import waiting_for
from smartunion.kernel.web.menu import Tab, bottom_bar
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show
from smartunion.kernel.web.wording import left, urgency

SERVICES = (
    Tab("clipboard-list", "我的事项", "procedures:my_cases", SIGNED_IN),
    Tab("wallet", "钱包", "wallet:wallet", "wallet.own"),
    Tab("receipt", "账单", "wallet:statement", "wallet.own"),
    Tab("building-store", "能用的商户", "wallet:shops", "wallet.own"),
    Tab("lifebuoy", "救助与慰问", "aid:home", "aid.own"),
    Tab("gavel", "劳动争议", "disputes:home", "disputes.own"),
    Tab("run", "活动", "safety:home", "safety.own"),
    Tab("ticket", "我的券", "coupons:mine", "wallet.own"),
    Tab("building-community", "教代会", "congress:home", "congress.own"),
    Tab("heartbeat", "自评与热线", "wellbeing:home", SIGNED_IN),
    Tab("device-mobile", "付款手机", "wallet:devices", "wallet.own"),
    Tab("news", "公开栏", "publicity:board", SIGNED_IN),
    Tab("file-invoice", "报价", "procurement:supply", "procurement.quote"),
    Tab("cash-register", "收银台", "wallet:till", "till.use"),
    Tab("report-money", "商户门户", "wallet:merchant", "merchant.own"),
    Tab("layout-dashboard", "驾驶舱", "performance:cockpit", "cockpit.view"),
    Tab("timeline", "年度计划", "planning:plan", "plan.view"),
    Tab("target-arrow", "绩效指标", "performance:indicators", "indicator.view"),
    Tab("heart-handshake", "福利商城", "wallet:desk", "wallet.desk"),
    Tab("folder-heart", "救助台账", "aid:desk", "aid.desk"),
    Tab("shield-check", "活动与安全", "safety:desk", "safety.view"),
    Tab("shopping-bag", "福利采购", "procurement:purchases", "procurement.view"),
    Tab("hierarchy-2", "组织结构", "membership:chart", "people.directory"),
    Tab("history", "日志", "trail:entries", "trail.view"),
)
GREETINGS = ((5, "夜深了"), (11, "早上好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))


def greeting(at: datetime) -> str:
    """Return how one greets at this hour on campus."""
    hour = at.astimezone(CAMPUS).hour
    return next(words for until, words in GREETINGS if hour < until)


MOST_TODOS = 5
SHAPES = {"late": "late", "soon": "wait"}


def waiting(person: Person, at: datetime) -> list[wallet.Todo]:
    """Return the steps of cases that wait for the person, the nearest limit first."""
    return [
        wallet.Todo(
            title=one.case.title,
            words=one.step.name,
            state=SHAPES.get(urgency(one.due_at, now=at), "off") if one.due_at else "off",
            said=left(one.due_at, now=at) if one.due_at else "不限时",
            url_name="procedures:step",
            arg=one.run.pk,
            button="去投票" if one.part == "票决" else "",
        )
        for one in waiting_for(person, at)
        if one.mine
    ]


@page(can=SIGNED_IN)
def home(request: PersonRequest) -> HttpResponse:
    """首页."""
    at = clock.now()
    own = request.mandate.may("wallet.own")
    cases = waiting(request.person, at)
    decides = request.mandate.may("wallet.release")
    todos = [*cases[:MOST_TODOS], *wallet.todos(request.person, decides=decides, at=at)]
    context = {
        "greeting": greeting(at),
        "todos": todos,
        "todo_count": len(todos) + len(cases[MOST_TODOS:]),
        "purse": wallet.purse(request.person, at=at) if own else None,
        "opens_wallet": own,
        "next_due": wallet.next_due(at),
        "services": bottom_bar(SERVICES, request),
    }
    return show(request, "site/home.html", context, part="purse")
