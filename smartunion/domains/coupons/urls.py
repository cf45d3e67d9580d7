"""Addresses of coupons: the holder's phone, the venue's counter, the officers' desk."""

from django.urls import path

from .pages import desk, phone, till

app_name = "coupons"
urlpatterns = [
    path("", phone.mine, name="mine"),
    path("<int:coupon_id>/", phone.coupon, name="coupon"),
    path("till/", till.till, name="till"),
    path("desk/", desk.register, name="desk"),
    path("desk/new/", desk.issuing, name="issuing"),
    path("desk/venues/", desk.venues, name="venues"),
    path("desk/<int:coupon_id>/", desk.card, name="card"),
]
