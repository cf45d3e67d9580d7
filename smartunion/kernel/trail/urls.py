"""Addresses of the journal."""

from django.urls import path

from . import pages

app_name = "trail"
urlpatterns = [path("", pages.entries, name="entries")]
