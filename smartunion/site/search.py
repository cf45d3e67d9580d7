"""搜索: one box over pages, people, indicators and milestones, each to whom it is granted."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from smartunion.domains.planning import public as planning
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.web.menu import open_entries
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show
from smartunion.kernel.web.search import SHOWN, Finder, Hit, found
from smartunion.kernel.web.wording import day

from .navigation import MENU, TABS


def _address(name: str, *args: object) -> str:
    """Return the address, or nothing where no such page has opened yet."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def pages(words: str, request: HttpRequest) -> list[Hit]:
    """Return the pages of the navigation by name."""
    entries = open_entries([*MENU, *TABS], request)
    return [
        Hit(str(entry["label"]), "页面", str(entry["url"]))
        for entry in entries
        if words in str(entry["label"])
    ]


def people(words: str, request: HttpRequest) -> list[Hit]:
    """Return people by name or staff number, and units by name or code."""
    persons = Person.objects.filter(Q(name__icontains=words) | Q(username__istartswith=words))
    units = Unit.objects.filter(Q(name__icontains=words) | Q(code__iexact=words))
    return [
        *(
            Hit(str(unit), unit.get_kind_display(), _address("membership:unit", unit.pk))
            for unit in units.order_by("code")[:SHOWN]
        ),
        *(
            Hit(str(person), str(person.unit or ""), _address("membership:person", person.pk))
            for person in persons.select_related("unit").order_by("name", "pk")[:SHOWN]
        ),
    ]


def indicators(words: str, request: HttpRequest) -> list[Hit]:
    """Return this year's indicators by code, name or clause."""
    year = planning.current_year(on=campus_day(clock.now()))
    return [
        Hit(
            f"{fact.code} {fact.title}",
            f"指标 · {fact.clause}",
            _address("performance:indicator", fact.code),
        )
        for fact in planning.indicators(year)
        if words.lower() in f"{fact.code} {fact.title} {fact.clause}".lower()
    ]


def milestones(words: str, request: HttpRequest) -> list[Hit]:
    """Return this year's milestones by name, sub-task or clause."""
    on = campus_day(clock.now())
    return [
        Hit(fact.title, f"里程碑 · {day(fact.due_on)} · {fact.words}", _address("planning:plan"))
        for fact in planning.milestones(planning.current_year(on=on), on=on)
        if words.lower() in f"{fact.title} {fact.sub_task_title} {fact.clause}".lower()
    ]


FINDERS = (
    Finder("页面", SIGNED_IN, pages),
    Finder("人员与单位", "people.view", people),
    Finder("指标", "indicator.view", indicators),
    Finder("里程碑", "plan.view", milestones),
)


@page(can=SIGNED_IN)
def search(request: PersonRequest) -> HttpResponse:
    """搜索: what may be seen of what was found."""
    words = request.GET.get("q", "").strip()[:60]
    try:
        groups = found(FINDERS, words, request)
    except Refused:  # no plan covers the day: pages and people are there all the same
        groups = found(FINDERS[:2], words, request)
    return show(request, "web/search.html", {"words": words, "groups": groups})
