"""Every address of the house. The API's are under /v1/ as the terminals' manual says."""

from django.urls import include, path

handler400 = "smartunion.kernel.web.pages.bad_request"
handler403 = "smartunion.kernel.web.pages.permission_denied"
handler404 = "smartunion.kernel.web.pages.not_found"
handler500 = "smartunion.kernel.web.pages.server_error"

urlpatterns = [
    path("", include("smartunion.kernel.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("trail/", include("smartunion.kernel.trail.urls")),
    path("plan/", include("smartunion.domains.planning.urls")),
    path("indicators/", include("smartunion.domains.performance.urls")),
    path("wallet/", include("smartunion.domains.wallet.urls")),
]
