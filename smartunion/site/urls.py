"""Every address of the house. The API's are under /v1/ as the terminals' manual says."""

from django.urls import include, path

from smartunion.domains.membership.pages import absence
from smartunion.domains.policy import api as policy
from smartunion.domains.wallet import api
from smartunion.site import home, search
from smartunion.site.command import pages as command

handler400 = "smartunion.kernel.web.pages.bad_request"
handler403 = "smartunion.kernel.web.pages.permission_denied"
handler404 = "smartunion.kernel.web.pages.not_found"
handler500 = "smartunion.kernel.web.pages.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("absence/", absence.mine, name="absence"),
    path("absence/<int:absence_id>/end/", absence.back, name="absence_back"),
    path("", include("smartunion.kernel.web.urls")),
    path("accounts/", include("smartunion.site.accounts.urls")),
    path("v1/<path:rest>", api.answer),  # the middleware's first door answers before
    path("api/policy/search/", policy.search, name="policy_search"),
    path("api/policy/ask/", policy.ask, name="policy_ask"),
    path("files/", include("smartunion.kernel.files.urls")),
    path("", include("smartunion.kernel.procedures.urls")),
    path("", include("smartunion.kernel.response.urls")),
    path("command/", command.board, name="command"),
    path("duty/", include("smartunion.kernel.duty.urls")),
    path("timers/", include("smartunion.kernel.timers.urls")),
    path("trail/", include("smartunion.kernel.trail.urls")),
    path("tree/", include("smartunion.kernel.tree.urls")),
    path("notices/", include("smartunion.kernel.notices.urls")),
    path("private/", include("smartunion.kernel.private.urls")),
    path("ledger/", include("smartunion.kernel.ledger.urls")),
    path("", include("smartunion.kernel.publicity.urls")),
    path("people/", include("smartunion.domains.membership.urls")),
    path("plan/", include("smartunion.domains.planning.urls")),
    path("aid/", include("smartunion.domains.aid.urls")),
    path("congress/", include("smartunion.domains.congress.urls")),
    path("crisis/", include("smartunion.domains.crisis.urls")),
    path("wellbeing/", include("smartunion.domains.wellbeing.urls")),
    path("safety/", include("smartunion.domains.safety.urls")),
    path("merchants/", include("smartunion.domains.merchants.urls")),
    path("", include("smartunion.domains.inspection.urls")),
    path("", include("smartunion.domains.proposals.urls")),
    path("disputes/", include("smartunion.domains.disputes.urls")),
    path("surveys/", include("smartunion.domains.surveys.urls")),
    path("policy/", include("smartunion.domains.policy.urls")),
    path("coupons/", include("smartunion.domains.coupons.urls")),
    path("", include("smartunion.domains.performance.urls")),
    path("", include("smartunion.domains.procurement.urls")),
    path("", include("smartunion.domains.settlement.urls")),
    path("", include("smartunion.domains.wallet.urls")),
]
