"""Django for the tests: our app and the stand-in shop on a real PostgreSQL.

tests/conftest.py starts the server and fills in where it listens.
"""

SECRET_KEY = "tests"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"  # as Saleor has it
INSTALLED_APPS = ["django.contrib.contenttypes", "saleor_cryptopay", "demo.stand_in"]
ROOT_URLCONF = "saleor_cryptopay.web.urls"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "cryptopay"}
}
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
]
