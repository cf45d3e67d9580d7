"""Addresses of the responses."""

from django.urls import path

from .pages import alert

app_name = "response"
urlpatterns = [
    path("tap/<str:token>/", alert.tap, name="tap"),
    path("response/<int:run_id>/alert/", alert.mine, name="alert"),
]
