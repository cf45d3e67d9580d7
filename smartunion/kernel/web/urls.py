"""Addresses of the frame itself."""

from django.urls import path

from . import gallery, pages

app_name = "web"
urlpatterns = [
    path("size/", pages.size, name="size"),
    path("me/", pages.me, name="me"),
    path("offline/", pages.offline, name="offline"),
    path("sw.js", pages.worker, name="worker"),
    path("parts/", gallery.parts, name="parts"),
    path("parts/refusing/", gallery.refusing, name="refusing"),
    path("parts/<str:face>/", gallery.parts, name="parts"),
]
