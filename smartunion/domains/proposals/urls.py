"""Addresses of proposals, of the suggestions box, and of what everybody may read."""

from django.urls import path

from .pages import proposals, public

app_name = "proposals"
urlpatterns = [
    path("proposals/", proposals.listed, name="listed"),
    path("proposals/new/", proposals.writing_page, name="writing"),
    path("proposals/box/", proposals.box, name="box"),
    path("proposals/answers/", proposals.answering, name="answering"),
    path("proposals/steps/<int:run_id>/", proposals.step, name="step"),
    path("proposals/<str:number>/", proposals.proposal, name="proposal"),
    path("public/proposals/", public.listed, name="published"),
    path("public/proposals/<str:number>/", public.shown, name="shown"),
]
