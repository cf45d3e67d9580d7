"""Addresses of the watch over deadlines."""

from django.urls import path

from . import pages

app_name = "timers"
urlpatterns = [
    path("", pages.timers, name="timers"),
    path("trial/", pages.trial, name="trial"),
]
