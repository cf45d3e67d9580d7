"""Addresses of disputes: the applicant's phone, the committee's desk."""

from django.urls import path

from .pages import desk, paper, phone

app_name = "disputes"
urlpatterns = [
    path("", phone.home, name="home"),
    path("apply/", phone.applying, name="applying"),
    path("<int:dispute_id>/", phone.mine, name="mine"),
    path("<int:dispute_id>/agreement.pdf", paper.agreement, name="agreement"),
    path("desk/", desk.register, name="register"),
    path("desk/<int:dispute_id>/", desk.dispute, name="dispute"),
    path("steps/<int:run_id>/", desk.step, name="step"),
]
