"""Addresses of the inbox, of cases and of the manuals."""

from django.urls import path

from .pages import cases, handbook, lists, officers

app_name = "procedures"
urlpatterns = [
    path("inbox/", lists.inbox, name="inbox"),
    path("cases/", lists.cases, name="cases"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("cases/<int:case_id>/withdrawal/", cases.withdrawal, name="withdrawal"),
    path("cases/<int:case_id>/migration/", officers.migration, name="migration"),
    path("cases/steps/<int:run_id>/", cases.step, name="step"),
    path("cases/steps/<int:run_id>/passing/", cases.passing, name="passing"),
    path("cases/steps/<int:run_id>/outputs/", cases.handing_in, name="handing_in"),
    path("cases/steps/<int:run_id>/return/", cases.sending_back, name="sending_back"),
    path("cases/steps/<int:run_id>/take-over/", cases.taking_over, name="taking_over"),
    path("cases/steps/<int:run_id>/assignment/", officers.assigning, name="assigning"),
    path("cases/steps/<int:run_id>/ballot/", cases.ballot, name="ballot"),
    path("cases/steps/<int:run_id>/recusal/", cases.recusal, name="recusal"),
    path("my/cases/", lists.my_cases, name="my_cases"),
    path("my/cases/<int:case_id>/", lists.my_case, name="my_case"),
    path("handbook/", handbook.manuals, name="manuals"),
    path("handbook/<slug:committee>/", handbook.manual, name="manual"),
    path("handbook/<slug:committee>.pdf", handbook.paper, name="manual_paper"),
]
