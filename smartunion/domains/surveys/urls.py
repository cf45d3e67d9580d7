"""Addresses of surveys."""

from django.urls import path

from .pages import surveys

app_name = "surveys"
urlpatterns = [
    path("", surveys.listed, name="listed"),
    path("answer/", surveys.answering, name="answering"),
    path("opening/", surveys.opening, name="opening"),
    path("<int:survey_id>/closing/", surveys.closing, name="closing"),
]
