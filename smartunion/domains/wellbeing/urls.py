from django.urls import path

from . import api
from .pages import desk, phone, rereading, talks

app_name = "wellbeing"
urlpatterns = [
    path("", phone.home, name="home"),
    path("invitations/<int:invitation_id>/", phone.invitation, name="invitation"),
    path("responses/<int:response_id>/", phone.answering_page, name="answering"),
    path("responses/<int:response_id>/done/", phone.done, name="done"),
    path("responses/<int:response_id>/withdrawing/", phone.withdrawing, name="withdrawing"),
    path("talks/", talks.talks, name="talks"),
    path("talks/<int:run_id>/", talks.talk, name="talk"),
    path("records/<int:run_id>/", rereading.records, name="records"),
    path("desk/", desk.tasks, name="tasks"),
    path("desk/tasks/<int:run_id>/", desk.task, name="task"),
    path("desk/campaigns/", desk.campaigns, name="campaigns"),
    path("desk/campaigns/<int:campaign_id>/", desk.campaign, name="campaign"),
    path("desk/floor/", desk.floor, name="floor"),
    path("desk/imports/", desk.imports, name="imports"),
    path("desk/counts/", desk.counts, name="counts"),
    path("results/", api.take, name="results"),
]
