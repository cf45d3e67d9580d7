"""Addresses of the tree. Witnesses know those without a page: key, checkpoint, consistency."""

from django.urls import path

from . import pages

app_name = "tree"
urlpatterns = [
    path("", pages.tree, name="tree"),
    path("key.txt", pages.key, name="key"),
    path("checkpoint.txt", pages.checkpoint, name="checkpoint"),
    path("consistency/<int:old>/<int:size>", pages.consistency, name="consistency"),
    path("cosignatures/", pages.cosignatures, name="cosignatures"),
    path("mine/", pages.mine, name="mine"),
    path("leaves/<int:seq>/", pages.leaf, name="leaf"),
    path("leaves/<int:seq>/receipt.json", pages.receipt, name="receipt"),
    path("witnesses/", pages.witnesses, name="witnesses"),
    path("witnesses/<int:witness_id>/ending/", pages.ending, name="ending"),
]
