"""Services and their versions."""

from __future__ import annotations

from diagnosis.inference.actions import answer_case, begin_ward
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import contradictions
from diagnosis.registry.versions.ward_cases import define_ward
from medportal.demo.loading.wards import cases_of
from tests import runnable
from tests.contracts.doors import Ward, door
from tests.factories import PASSWORD, service_data
from tests.portal.results import version_of

State = ModelVersion.State
SIGNED = dict.fromkeys(
    ("question", "population", "contradictions", "added_value", "alerts"), "on"
) | {"password": PASSWORD}
REASON = {"reason": "a wrong unit"}
PUBLISHED = {"reason": "better on the same patients", "sure": "on"}


def version(ward: Ward, state: str) -> ModelVersion:
    return version_of(service=ward.version.service, state=state, published_at=None)


def feature_of(row: ModelVersion) -> str:
    """One whose direction contradicts what is expected: its text is signed."""
    return next(iter(contradictions.notes(row)))


@door("service.define", "action", by="scientist")
def _(ward: Ward):
    sheet, schema = (service_data("coronary-disease", part) for part in ("service", "schema"))
    actions.define_service(actor=ward.person("scientist"), sheet=sheet, schema=schema)


@door("quota.set", "admin", by="administrator")
def _(ward: Ward):
    new = {"service": ward.version.service.pk, "period": "day", "warn_at": 5, "limit": 9}
    ward.post("admin:registry_quota_add", "administrator", data=new)


@door("service.change", "admin", by="administrator")
def _(ward: Ward):
    address = f"/admin/registry/service/{ward.version.service.pk}/change/"
    ward.browser("administrator").post(address, {"ask_own_estimate": "on"})


@door("ward.define", "action", by="scientist")
def _(ward: Ward):
    service = ward.runs.service
    define_ward(actor=ward.person("scientist"), service=service, cases=cases_of(service))


def in_a_training_ward(ward: Ward, opened: int) -> str:
    """The doctor has begun and opened so many cases of a service that runs."""
    service, doctor = ward.runs.service, ward.person("doctor")
    define_ward(actor=ward.person("scientist"), service=service, cases=cases_of(service))
    begin_ward(actor=doctor, service=service.slug)
    for number in range(1, opened + 1):
        answer_case(actor=doctor, service=service.slug, number=number, choice="30-50")
    return str(service.slug)


@door("ward.read", "page", by="doctor")
def _(ward: Ward):
    ward.get("portal:ward", slug=ward.slug)


@door("ward.begin", "page", by="doctor")
def _(ward: Ward):
    ward.post("portal:ward-begin", slug=ward.slug)


@door("ward.answer", "page", by="doctor")
def _(ward: Ward):
    slug = in_a_training_ward(ward, opened=0)
    yield
    ward.post("portal:ward-answer", data={"case": "1", "choice": "30-50"}, slug=slug)


@door("ward.certificate", "page", by="doctor")
def _(ward: Ward):
    slug = in_a_training_ward(ward, opened=20)
    yield
    ward.get("portal:ward-certificate", slug=slug)


@door("version.import", "action", by="scientist")
def _(ward: Ward):
    service = ward.version.service
    source = runnable.artifact_of(service.slug)
    yield
    actions.import_version(actor=ward.person("scientist"), service=service, source=source)


@door("version.submit", "page", by="scientist")
def _(ward: Ward):
    draft = version(ward, State.DRAFT)
    yield
    ward.post("portal:version-submit", "scientist", version=draft.pk)


@door("version.explain", "page", by="reviewer")
def _(ward: Ward):
    submitted = version(ward, State.SUBMITTED)
    yield
    note = {"feature": "age", "en": "Selection by referral.", "zh": "转诊选择所致。"}
    ward.post("portal:version-explain", "reviewer", data=note, version=submitted.pk)


@door("version.answer", "page", by="reviewer")
def _(ward: Ward):
    submitted = version(ward, State.SUBMITTED)
    found = TableFinding("few_events", (), {"events": 40, "columns": 11}).to_dict()
    submitted.manifest = {**submitted.manifest, "findings": [found]}
    submitted.save()
    yield
    said = {"finding": "few_events", "words": "Few, and so are the inputs."}
    ward.post("portal:version-answer", "reviewer", data=said, version=submitted.pk)


@door("version.approve", "page", by="reviewer")
def _(ward: Ward):
    submitted = version(ward, State.SUBMITTED)
    yield
    ward.post("portal:version-approve", "reviewer", data=SIGNED, version=submitted.pk)


@door("version.reject", "page", by="reviewer")
def _(ward: Ward):
    submitted = version(ward, State.SUBMITTED)
    yield
    ward.post("portal:version-reject", "reviewer", data=REASON, version=submitted.pk)


@door("version.publish", "page", by="reviewer")
def _(ward: Ward):
    approved = version(ward, State.APPROVED)
    yield
    ward.post("portal:version-publish", "reviewer", data=PUBLISHED, version=approved.pk)


@door("version.return", "page", by="reviewer")
def by_publishing_what_changed(ward: Ward):
    approved = version(ward, State.APPROVED)
    ModelVersion.objects.filter(pk=approved.pk).update(signed_digest="what was signed")
    yield
    ward.post("portal:version-publish", "reviewer", data=PUBLISHED, version=approved.pk)


@door("version.return", "page", by="scientist")
def by_explaining_what_was_signed(ward: Ward):
    approved = version(ward, State.APPROVED)
    note = {"feature": feature_of(approved), "en": "Another text.", "zh": "另一段文字。"}
    yield
    ward.post("portal:version-explain", "scientist", data=note, version=approved.pk)


@door("version.retire", "page", by="reviewer")
def by_publishing_the_next(ward: Ward):
    approved = version(ward, State.APPROVED)
    yield
    ward.post("portal:version-publish", "reviewer", data=PUBLISHED, version=approved.pk)


@door("version.stop", "page", by="reviewer")
def _(ward: Ward):
    ward.post("portal:service-stop", "reviewer", data=REASON, slug=ward.slug)


@door("version.stop", "admin", by="administrator")
def _(ward: Ward):
    chosen = {"action": "stop", "_selected_action": ward.version.pk, "confirmed": "yes"}
    page = "admin:registry_modelversion_changelist"
    ward.post(page, "administrator", data={**chosen, **REASON})


@door("version.resume", "page", by="reviewer")
def _(ward: Ward):
    ward.version.state = State.STOPPED
    ward.version.save()
    yield
    ward.post("portal:version-resume", "reviewer", data=REASON, version=ward.version.pk)
