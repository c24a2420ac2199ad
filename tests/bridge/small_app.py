"""A Celery app with nothing to do, for a worker to serve; its broker is a variable."""

from celery import Celery

app = Celery("small")
