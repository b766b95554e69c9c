"""`make demo`: the loopback profile, and every page says that it is a demonstration."""

from __future__ import annotations

from medportal.settings.loopback import *

DEMONSTRATION = True
