"""Addresses of inspection: the desk, the inspectors' pages, the public board."""

from django.urls import path

from .pages import desk, public

app_name = "inspection"
urlpatterns = [
    path("inspection/", desk.listed, name="listed"),
    path("inspection/mine/", desk.mine, name="mine"),
    path("inspection/vouchers/<int:voucher_id>/", desk.looking, name="looking"),
    path("inspection/problems/<int:problem_id>/", desk.problem, name="problem"),
    path("inspection/steps/<int:run_id>/", desk.step, name="step"),
    path("inspection/rounds/<str:number>/", desk.round_page, name="round"),
    path("inspection/rounds/<str:number>/amounts.json", desk.amounts, name="amounts"),
    path("public/inspection/", public.listed, name="rounds"),
    path("public/inspection/sample.py", public.script, name="script"),
    path("public/inspection/<str:number>/", public.shown, name="shown"),
    path("public/inspection/<str:number>/screen/", public.screen, name="screen"),
    path("public/inspection/<str:number>/photo/", public.photo, name="photo"),
    path("public/inspection/<str:number>/frame.json", public.frame, name="frame"),
    path("public/inspection/<str:number>/result.json", public.result, name="result"),
]
