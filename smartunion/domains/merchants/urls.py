"""Addresses of merchants: the risk desk, the call-backs, the firm's list and door."""

from django.urls import path

from . import api
from .pages import calls, risk

app_name = "merchants"
urlpatterns = [
    path("desk/risk/", risk.desk, name="risk"),
    path("desk/risk/<int:suspicion_id>/", risk.card, name="suspicion"),
    path("desk/calls/", calls.samples, name="samples"),
    path("desk/calls/<slug:month>/", calls.sample, name="sample"),
    path("calls/", calls.calling_list, name="calls"),
    path("calls/<int:call_id>/", calls.reporting, name="reporting"),
    path("results/", api.take, name="results"),
]
