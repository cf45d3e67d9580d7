"""Addresses of aid: the member's phone, the visitor's phone, the officers' desk."""

from django.urls import path

from .pages import desk, phone, steps

app_name = "aid"
urlpatterns = [
    path("", phone.home, name="home"),
    path("applications/<int:application_id>/", phone.application, name="application"),
    path("applications/<int:application_id>/edit/", phone.edit, name="edit"),
    path("applications/<int:application_id>/consent/", phone.consent, name="consent"),
    path("continuing/<int:run_id>/", phone.continue_, name="continue"),
    path("help/", phone.helping, name="helping"),
    path("gift/", phone.gift, name="gift"),
    path("visits/<int:run_id>/", steps.visit, name="visit"),
    path("desk/", desk.register, name="desk"),
    path("desk/<int:application_id>/", desk.card, name="card"),
    path("desk/<int:application_id>/sealed/<slug:part>/", desk.sealed, name="sealed"),
    path("desk/steps/<int:run_id>/", steps.step, name="step"),
    path("desk/gifts/", desk.gifts, name="gifts"),
    path("desk/gifts/steps/<int:run_id>/", steps.gift_step, name="gift_step"),
]
