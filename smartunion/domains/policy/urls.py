"""Addresses of the policy desk: documents and imports."""

from django.urls import path

from .pages import documents, imports

app_name = "policy"
urlpatterns = [
    path("documents/", documents.register, name="documents"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:version_id>/", imports.one_import, name="import"),
    path("imports/<int:version_id>/acceptance/", imports.acceptance, name="acceptance"),
    path("<str:slug>/v/<int:number>/", documents.version, name="version"),
]
