"""Addresses of the data subject's own page."""

from django.urls import path

from . import pages

app_name = "private"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("consents/<int:consent_id>/withdrawal/", pages.withdrawal, name="withdrawal"),
]
