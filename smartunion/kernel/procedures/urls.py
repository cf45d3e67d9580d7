"""Addresses of cases, of the inbox and of the manuals."""

from django.urls import path

from .pages import handbook

app_name = "procedures"
urlpatterns = [
    path("handbook/", handbook.manuals, name="manuals"),
    path("handbook/<slug:committee>/", handbook.manual, name="manual"),
    path("handbook/<slug:committee>.pdf", handbook.paper, name="manual_paper"),
]
