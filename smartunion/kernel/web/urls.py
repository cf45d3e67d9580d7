"""Addresses of the frame itself."""

from django.urls import path

from . import pages

app_name = "web"
urlpatterns = [
    path("size/", pages.size, name="size"),
    path("me/", pages.me, name="me"),
]
