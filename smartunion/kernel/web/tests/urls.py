"""Addresses for the tests of registers: two registers over the house's own tables."""

from django.urls import include, path

from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.registers import Register, register_urls

UNITS = Register(
    model="people.Unit",
    code="units",
    title="单位名册",
    noun="单位",
    columns=(
        Column("name", sub="alias"),
        "code",
        Column("kind", states={"branch": "ok"}),
        "project",
    ),
    can="test.units",
    can_edit="test.units.edit",
    search="name code",
    order="code",
    seg="kind",
    fields="code name alias kind",
    key="code",
)
ALIASES = Register(
    model="people.UnitAlias",
    code="aliases",
    title="别名名册",
    noun="别名",
    columns=("name", "unit__name", "reading", "since"),
    can="test.aliases",
    search="name reading unit__name",
    order="name",
    filters="unit",
    fields="name unit reading since",
    key="name",
    unit="unit",
)

urlpatterns = [
    path("units/", include((register_urls(UNITS), "units_app"), namespace="u")),
    path("aliases/", include(register_urls(ALIASES))),
    path("", include("smartunion.site.urls")),
]
handler403 = "smartunion.kernel.web.pages.permission_denied"
handler404 = "smartunion.kernel.web.pages.not_found"
