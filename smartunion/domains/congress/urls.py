"""Addresses of the congress: the desk, a delegate's phone, and what is public."""

from django.urls import path

from .pages import desk, phone, public

app_name = "congress"
urlpatterns = [
    path("", phone.home, name="home"),
    path("meetings/<int:meeting_id>/", phone.sitting, name="sitting"),
    path("scrutiny/<int:election_id>/", phone.scrutiny, name="scrutiny"),
    path("scrutiny/<int:election_id>/state/", phone.scrutiny_state, name="scrutiny_state"),
    path("scrutiny/<int:election_id>/paper/", phone.paper, name="paper"),
    path("desk/", desk.congresses, name="congresses"),
    path("desk/<int:congress_id>/", desk.roll, name="roll"),
    path("desk/meetings/<int:meeting_id>/", desk.meeting, name="meeting"),
    path("desk/votes/<int:election_id>/", desk.vote, name="vote"),
    path("cast/<slug:context>/", public.cast, name="cast"),
    path("votes/", public.published, name="votes"),
    path("votes/verify.py", public.script, name="script"),
    path("votes/<int:election_id>/", public.result, name="result"),
    path("votes/<int:election_id>/screen/", public.screen, name="screen"),
    path("votes/<int:election_id>/election.json", public.bundle, name="bundle"),
    path("votes/<int:election_id>/sheet.pdf", public.sheet, name="sheet"),
]
