"""The stand-in's addresses: a small API for the storefront, and the plugin's own."""

from typing import Final

from django.urls import path

from . import views
from .runtime import PLUGIN_PATH

urlpatterns: Final = [
    path("health/", views.health),
    path("graphql/", views.log_in),
    path("api/product/", views.product),
    path("api/purchases/", views.start),
    path("api/purchases/<str:reference>/", views.standing),
    path("api/purchases/<str:reference>/offers/", views.offers),
    path("api/purchases/<str:reference>/payment/", views.pay),
    path("api/purchases/<str:reference>/refund/", views.give_back),
    path(f"{PLUGIN_PATH[1:]}<path:path>", views.plugin),
]
