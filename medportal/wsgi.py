"""The web server's entry point."""

import os

from django.core.wsgi import get_wsgi_application

from medportal.supervisor.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medportal.settings")
os.environ.setdefault("MEDPORTAL_ROLE", "web")
if os.environ.get("MEDPORTAL_SUPERVISED"):
    end_with_parent()  # a web process must not outlive the server that started it

application = get_wsgi_application()
