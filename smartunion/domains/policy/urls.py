"""Addresses of the policy desk: asking, tickets, curators, documents and imports."""

from django.urls import path

from .pages import ask, desk, documents, imports, library

app_name = "policy"
urlpatterns = [
    path("", ask.ask, name="ask"),
    path("help/", ask.help_page, name="help"),
    path("hearing/", ask.hearing, name="hearing"),
    path("questions/<int:question_id>/", ask.question, name="question"),
    path("questions/<int:question_id>/explanation/", ask.explanation, name="explanation"),
    path("tickets/", desk.tickets, name="tickets"),
    path("tickets/<int:ticket_id>/", desk.ticket, name="ticket"),
    path("steps/<int:run_id>/", desk.step, name="step"),
    path("curating/", desk.curating, name="curating"),
    path("library/", library.library, name="library"),
    path("metrics/", desk.metrics, name="metrics"),
    path("documents/", documents.register, name="documents"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:version_id>/", imports.one_import, name="import"),
    path("imports/<int:version_id>/acceptance/", imports.acceptance, name="acceptance"),
    path("<str:slug>/v/<int:number>/", documents.version, name="version"),
]
