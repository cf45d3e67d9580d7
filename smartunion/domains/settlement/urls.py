"""Addresses of settlement: the desk of reconciliation."""

from django.urls import path

from .pages import desk, meter, months, postings

app_name = "settlement"
urlpatterns = [
    path("settlement/", desk.days, name="days"),
    path("settlement/meter/", meter.error, name="meter"),
    path("settlement/months/", months.listed, name="months"),
    path("settlement/months/<str:month>/", months.month, name="month"),
    path("settlement/steps/<int:run_id>/", months.step, name="step"),
    path("settlement/days/<str:day>/", desk.day, name="day"),
    path("settlement/postings/<str:document>/", postings.posting, name="posting"),
    path("settlement/cases/<int:case_id>/", desk.case, name="case"),
]
