"""Addresses of crisis: the case of those on it, after-care, the timeline, the library."""

from django.urls import path

from .pages import aftercare, cases, library, steps

app_name = "crisis"
urlpatterns = [
    path("", cases.mine, name="mine"),
    path("counts/", cases.counts, name="counts"),
    path("help/", cases.helping, name="helping"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("cases/<int:case_id>/reading/", cases.reading, name="reading"),
    path("cases/<int:case_id>/timeline/", cases.line, name="line"),
    path("cases/<int:case_id>/referral.pdf", steps.paper, name="paper"),
    path("cases/<int:case_id>/acts/<slug:act>/", steps.step, name="step"),
    path("library/", library.library, name="library"),
    path("library/new/", library.drafting, name="drafting"),
    path("library/<int:card_id>/", library.card, name="card"),
    path("aftercare/<int:run_id>/", aftercare.aftercare, name="aftercare"),
]
