"""Addresses of the notices."""

from django.urls import path

from .pages import desk, own, receipts, setting

app_name = "notices"
urlpatterns = [
    path("", own.listed, name="listed"),
    path("bell/", own.bell, name="bell"),
    path("reading/", own.reading, name="reading"),
    path("settings/", setting.settings, name="settings"),
    path("settings/<str:channel>/", setting.address, name="address"),
    path("mine/", own.mine, name="mine"),
    path("mine/<int:notice_id>/", own.mine_one, name="mine_one"),
    path("desk/", desk.messages, name="desk"),
    path("desk/<int:message_id>/", desk.message, name="desk_message"),
    path("desk/<int:message_id>/sending/", desk.sending, name="sending"),
    path("receipts/<str:channel>/", receipts.take, name="receipts"),
    path("o/<str:token>/", own.opened, name="opened"),
    path("<int:notice_id>/", own.one, name="one"),
]
