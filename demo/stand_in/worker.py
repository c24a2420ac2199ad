"""The stand-in's Celery app."""

from celery import Celery

app = Celery("stand_in", include=["demo.stand_in.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
