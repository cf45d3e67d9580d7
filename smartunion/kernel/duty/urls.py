"""Addresses of the rosters."""

from django.urls import path

from .pages import desk, mine

app_name = "duty"
urlpatterns = [
    path("", desk.roster, name="roster"),
    path("units/<str:code>/", desk.unit, name="unit"),
    path("units/<str:code>/overriding/", desk.overriding, name="overriding"),
    path("units/<str:code>/rotations/", desk.rotations, name="rotations"),
    path("numbers/", desk.numbers, name="numbers"),
    path("numbers/asking/", desk.asking, name="asking"),
    path("hotline/", desk.hotline, name="hotline"),
    path("mine/", mine.shifts, name="mine"),
    path("mine/<int:shift_id>/", mine.giving, name="giving"),
    path("swaps/<int:swap_id>/", mine.answering, name="answering"),
    path("tap/<str:token>/", mine.tap, name="tap"),
]
