"""Addresses of settlement: the desk of reconciliation."""

from django.urls import path

from .pages import desk

app_name = "settlement"
urlpatterns = [
    path("settlement/", desk.days, name="days"),
    path("settlement/days/<str:day>/", desk.day, name="day"),
    path("settlement/cases/<int:case_id>/", desk.case, name="case"),
]
