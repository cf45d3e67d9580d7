"""Addresses of the responses."""

from django.urls import path

from .pages import alert, desk, where

app_name = "response"
urlpatterns = [
    path("tap/<str:token>/", alert.tap, name="tap"),
    path("response/", desk.runs, name="runs"),
    path("response/popup/", desk.popup, name="popup"),
    path("response/corrections/", desk.corrections, name="corrections"),
    path("response/corrections/<int:correction_id>/", desk.correcting, name="correcting"),
    path("response/drills/", desk.drilled, name="drills"),
    path("response/drills/order/", desk.ordering, name="ordering"),
    path("response/<int:run_id>/", desk.run, name="run"),
    path("response/<int:run_id>/alert/", alert.mine, name="alert"),
    path("response/<int:run_id>/position/", where.position, name="position"),
    path("response/<int:run_id>/sharing/", where.agreeing, name="sharing"),
    path("response/<int:run_id>/standing-down/", desk.standing_down, name="standing_down"),
]
