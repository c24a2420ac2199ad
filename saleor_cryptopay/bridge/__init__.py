"""The only place that knows Saleor and Celery: everything here translates."""
