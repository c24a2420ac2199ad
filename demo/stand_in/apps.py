"""The Django app of the stand-in's purchases."""

from django.apps import AppConfig


class StandInConfig(AppConfig):
    """Registers the models."""

    name = "demo.stand_in"
    label = "stand_in"
    verbose_name = "Stand-in shop"
    default_auto_field = "django.db.models.BigAutoField"
