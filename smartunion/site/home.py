"""首页: what waits for me, my wallet, and the services that I may open."""

from datetime import datetime

from django.http import HttpResponse

from smartunion.domains.wallet.reads import home as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.web.menu import Tab, bottom_bar
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

SERVICES = (
    Tab("wallet", "钱包", "wallet:wallet", "wallet.own"),
    Tab("receipt", "账单", "wallet:statement", "wallet.own"),
    Tab("building-store", "能用的商户", "wallet:shops", "wallet.own"),
    Tab("device-mobile", "付款手机", "wallet:devices", "wallet.own"),
    Tab("cash-register", "收银台", "wallet:till", "till.use"),
    Tab("report-money", "商户门户", "wallet:merchant", "merchant.own"),
    Tab("layout-dashboard", "驾驶舱", "performance:cockpit", "cockpit.view"),
    Tab("timeline", "年度计划", "planning:plan", "plan.view"),
    Tab("target-arrow", "绩效指标", "performance:indicators", "indicator.view"),
    Tab("heart-handshake", "福利商城", "wallet:desk", "wallet.desk"),
    Tab("hierarchy-2", "组织结构", "membership:chart", "people.directory"),
    Tab("history", "日志", "trail:entries", "trail.view"),
)
GREETINGS = ((5, "夜深了"), (11, "早上好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))


def greeting(at: datetime) -> str:
    """Return how one greets at this hour on campus."""
    hour = at.astimezone(CAMPUS).hour
    return next(words for until, words in GREETINGS if hour < until)


@page(can=SIGNED_IN)
def home(request: PersonRequest) -> HttpResponse:
    """首页."""
    at = clock.now()
    own = request.mandate.may("wallet.own")
    context = {
        "greeting": greeting(at),
        "todos": wallet.todos(request.person, decides=request.mandate.may("wallet.release"), at=at),
        "purse": wallet.purse(request.person, at=at) if own else None,
        "opens_wallet": own,
        "next_due": wallet.next_due(at),
        "services": bottom_bar(SERVICES, request),
    }
    return show(request, "site/home.html", context, part="purse")
