"""Addresses of people, posts and branches, under /people/."""

from django.urls import include, path

from smartunion.kernel.web.registers import register_urls

from .pages import organization, persons, posts, registers

app_name = "membership"
urlpatterns = [
    path("", organization.chart, name="chart"),
    path("me/", persons.me, name="me"),
    path("units/<int:unit_id>/", organization.unit, name="unit"),
    path("units/<int:unit_id>/name/", organization.renaming, name="renaming"),
    path("offices/", organization.offices, name="offices"),
    path("offices/<slug:code>/", organization.office, name="office"),
    path("seats/<int:seat_id>/appointment/", posts.appointment, name="appointment"),
    path("appointments/<int:appointment_id>/ending/", posts.ending, name="ending"),
    path("appointments/<int:appointment_id>/absence/", posts.absence, name="absence"),
    path("appointments/<int:appointment_id>/recusal/", organization.recusal, name="recusal"),
    path("persons/<int:person_id>/facts/", persons.person, name="person"),
    path("persons/<int:person_id>/link/", persons.password_link, name="password_link"),
    path("persons/<int:person_id>/closing/", persons.closing, name="closing"),
    path("persons/", include(register_urls(registers.PERSONS))),
    path("invitation/", persons.invitation, name="invitation"),
    path("loop/", organization.loop, name="loop"),
    path("assets/", include(register_urls(registers.ASSETS))),
]
