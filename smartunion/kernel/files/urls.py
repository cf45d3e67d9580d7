"""Addresses of files."""

from django.urls import path

from . import pages

app_name = "files"
urlpatterns = [path("<int:file_id>/", pages.content, name="content")]
