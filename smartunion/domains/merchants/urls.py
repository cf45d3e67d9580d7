"""Addresses of merchants: the risk desk, merchants, call-backs and their door."""

from django.urls import path

from . import api
from .pages import calls, portal, reports, risk, shops

app_name = "merchants"
urlpatterns = [
    path("desk/risk/", risk.desk, name="risk"),
    path("desk/risk/<int:suspicion_id>/", risk.card, name="suspicion"),
    path("desk/calls/", calls.samples, name="samples"),
    path("desk/calls/<slug:month>/", calls.sample, name="sample"),
    path("desk/shops/<int:merchant_id>/", shops.shop, name="shop"),
    path("desk/steps/<int:run_id>/", shops.step, name="step"),
    path("desk/disputes/", shops.disputes, name="disputes"),
    path("desk/report/", reports.month, name="report"),
    path("heat/", reports.heat_days, name="heat_days"),
    path("heat/<slug:day>/", reports.heat_day, name="heat_day"),
    path("own/", portal.own, name="own"),
    path("calls/", calls.calling_list, name="calls"),
    path("calls/<int:call_id>/", calls.reporting, name="reporting"),
    path("results/", api.take, name="results"),
]
