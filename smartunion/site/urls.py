"""Every address of the house. The API's are under /v1/ as the terminals' manual says."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("plan/", include("smartunion.domains.planning.urls")),
    path("indicators/", include("smartunion.domains.performance.urls")),
    path("wallet/", include("smartunion.domains.wallet.urls")),
]
