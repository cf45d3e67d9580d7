"""Addresses of the books."""

from django.urls import path

from . import pages

app_name = "ledger"
urlpatterns = [
    path("", pages.accounts, name="accounts"),
    path("accounts.<str:form>", pages.accounts_sheet, name="accounts_sheet"),
    path("rows/", pages.rows, name="rows"),
    path("rows.<str:form>", pages.rows_sheet, name="rows_sheet"),
]
