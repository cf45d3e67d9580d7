"""Addresses of the data subject's own page, of broken glasses and of their review."""

from django.urls import path

from .pages import breaking, mine, reviewing

app_name = "private"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("kinds/", mine.declared, name="declared"),
    path("consents/<int:consent_id>/withdrawal/", mine.withdrawal, name="withdrawal"),
    path("glass/", breaking.breaking, name="breaking"),
    path("glass/<int:glass_id>/", breaking.through, name="through"),
    path("reviews/", reviewing.reviews, name="reviews"),
    path("reviews/<int:glass_id>/verdict/", reviewing.verdict, name="verdict"),
    path("reviews/<int:glass_id>/telling/", reviewing.telling, name="telling"),
    path("reviews/<int:glass_id>/later/", reviewing.later, name="later"),
]
