"""Addresses of proposals and of the suggestions box."""

from django.urls import path

from .pages import proposals

app_name = "proposals"
urlpatterns = [
    path("", proposals.listed, name="listed"),
    path("new/", proposals.writing_page, name="writing"),
    path("box/", proposals.box, name="box"),
    path("answers/", proposals.answering, name="answering"),
    path("steps/<int:run_id>/", proposals.step, name="step"),
    path("<str:number>/", proposals.proposal, name="proposal"),
]
