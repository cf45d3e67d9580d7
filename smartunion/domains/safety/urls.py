"""Addresses of safety: the phone on site, the member's phone, the officers' desk."""

from django.urls import path

from .pages import surveys

app_name = "safety"
urlpatterns = [
    path("surveys/<int:run_id>/", surveys.survey, name="survey"),
]
