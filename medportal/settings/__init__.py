"""Settings by profile: ``MEDPORTAL_PROFILE`` = production (default) | loopback | demo | test.

Named directly (``medportal.settings.test``), a profile is itself and this package only its roof.
A profile that a running `make demo` or `make serve` wrote into var/servers.json holds for
``manage.py`` too, unless the environment names servers of its own.
"""

import os

from medportal.configuration.addresses import chosen_profile

if os.environ.get("DJANGO_SETTINGS_MODULE") == "medportal.settings":
    match chosen_profile():
        case "demo":
            from medportal.settings.demo import *
        case "loopback":
            from medportal.settings.loopback import *
        case "test":
            from medportal.settings.test import *
        case _:
            from medportal.settings.production import *
