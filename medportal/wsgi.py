"""The web server's entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from medportal.supervisor.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medportal.settings")
os.environ.setdefault("MEDPORTAL_ROLE", "web")
if os.environ.get("MEDPORTAL_SUPERVISED"):
    end_with_parent()  # a web process must not outlive the server that started it

application = get_wsgi_application()
_ = get_resolver().url_patterns  # everything that pages need is imported now
gc.collect()
gc.freeze()  # else each full collection walks all of it again: 65 ms, at every twelfth page
