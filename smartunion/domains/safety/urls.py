"""Addresses of safety: the member's phone, the phone on site, the officers' desk."""

from django.urls import path

from .pages import desk, incidents, phone, risks, surveys

app_name = "safety"
urlpatterns = [
    path("", phone.home, name="home"),
    path("events/<int:event_id>/", phone.event, name="event"),
    path("report/", incidents.report, name="report"),
    path("incidents/<int:incident_id>/", incidents.incident, name="incident"),
    path("desk/incidents/", incidents.listed, name="incidents"),
    path("surveys/<int:run_id>/", surveys.survey, name="survey"),
    path("desk/", desk.register, name="desk"),
    path("desk/plan/", desk.plan, name="plan"),
    path("desk/events/<int:event_id>/", desk.card, name="card"),
    path("desk/events/<int:event_id>/insured/", desk.insured_list, name="insured_list"),
    path("desk/risks/", risks.register, name="risks"),
    path("desk/child/", risks.child, name="child"),
    path("desk/child/<int:case_id>/", risks.child_case, name="child_case"),
    path("desk/child/statements/<int:run_id>/", risks.statement, name="statement"),
    path("desk/devices/", desk.devices, name="devices"),
    path("desk/insurance/", desk.insurance, name="insurance"),
]
