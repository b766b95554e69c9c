"""Patients of the demonstration for the stories: chosen in its database, named for the search."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from tests.e2e.conftest import Portal

TYPED = "Discussed at the meeting"
"""What a doctor of the stories writes; nobody translates it."""

CHOOSE = """
import json
from accounts.models import User
from diagnosis.inference.before.fitting import services_for
from diagnosis.inference.models import Prediction
from diagnosis.records.models import Observation, Patient, PatientIdentifier
from django.db import transaction

doctor = User.objects.get(username="doctor")
found, free = {}, {}
with transaction.atomic():
    seen = Patient.objects.visible_to(doctor).exclude(
        pk__in=Prediction.unscoped.exclude(patient=None).values("patient"))
    for patient in seen.order_by("search_name"):
        number = PatientIdentifier.unscoped.filter(patient=patient).first().value
        who = {"id": str(patient.pk), "family": patient.family_name,
               "given": patient.given_name, "number": number, "native": patient.native_name}
        for fit in services_for(actor=doctor, patient=patient):
            if fit.status in ("ready", "confirm", "not_offered") and not fit.missing:
                asked = fit.status == "confirm"  # those whom nobody has to confirm come first
                found.setdefault(fit.service.slug, []).append((asked, who))
    stranger = Patient.unscoped.exclude(pk__in=Patient.objects.visible_to(doctor)).first()
ready = {k: [who for _, who in sorted(v, key=lambda one: one[0])][:8] for k, v in found.items()}
print(json.dumps({"ready": ready, "stranger": str(stranger.pk)}))
"""


@dataclass(frozen=True)
class Someone:
    id: str
    family: str
    given: str
    number: str
    native: str


@lru_cache(maxsize=1)
def chosen(portal: Portal) -> dict[str, list[Someone]]:
    """Patients on whom each service can run and who have no prediction yet."""
    text = portal.manage("shell", "-v", "0", "-c", CHOOSE).splitlines()[-1]
    ready = json.loads(text)["ready"]
    return {slug: [Someone(**who) for who in people] for slug, people in ready.items()}


@lru_cache(maxsize=1)
def stranger(portal: Portal) -> str:
    """A patient of another care team."""
    text = portal.manage("shell", "-v", "0", "-c", CHOOSE).splitlines()[-1]
    return str(json.loads(text)["stranger"])
