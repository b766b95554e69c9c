"""Who may run, see and mark predictions; and fetching one is asking for it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rights import may
from diagnosis.inference.models import Prediction
from diagnosis.records.models import Patient
from diagnosis.registry.models import ModelVersion, Service
from medportal.common.errors import DomainError
from medportal.common.ids import parse_id


def service_of(actor: User, slug: str) -> Service:
    service = Service.objects.visible_to(actor).filter(slug=slug).first()
    if service is None:
        raise DomainError("service_not_found", _("No such service."), status=404)
    return service


def published_version(service: Service) -> ModelVersion:
    """The version that answers now; an error that says whether it was stopped or never there."""
    running = (ModelVersion.State.PUBLISHED, ModelVersion.State.STOPPED)
    versions = service.versions.filter(state__in=running).defer("manifest")  # large
    version = versions.order_by("state").first()
    if version is None:
        raise DomainError(
            "service_not_published", _("The service has no published version."), status=409
        )
    if version.state == ModelVersion.State.STOPPED:
        raise DomainError("service_stopped", _("The service is stopped."), status=409)
    version.service = service
    return version


def patient_of(actor: User, pk: UUID | str | None) -> Patient | None:
    """The patient of a request, or None for a run without one; 404 for somebody else's."""
    if pk is None:
        return None
    wanted = parse_id(pk)
    patient = wanted and Patient.objects.visible_to(actor).filter(pk=wanted).first()
    if not patient:
        raise DomainError("patient_not_found", _("No such patient."), status=404)
    return patient


def prediction_for(
    actor: User, prediction: Prediction | UUID | str, *, lock: bool = False
) -> Prediction:
    """The prediction, if the actor may see it; ``lock`` says that it is about to be changed."""
    pk = prediction.pk if isinstance(prediction, Prediction) else parse_id(prediction)
    rows = Prediction.objects.visible_to(actor).select_related("service", "version")
    found: Prediction | None = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise DomainError("prediction_not_found", _("No such prediction."), status=404)
    if lock:
        Prediction.unscoped.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
        found.refresh_from_db()
    return found


def still_may_run(requester: User, prediction: Prediction) -> bool:
    """Whether whoever asked may still do so now, long after the click."""
    if not may(requester, "prediction.request"):
        return False
    if requester.organisation_id != prediction.organisation_id:
        return False
    if prediction.patient_id is None:
        return True
    return Patient.objects.visible_to(requester).filter(pk=prediction.patient_id).exists()
