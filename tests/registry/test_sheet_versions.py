"""What a service said of itself is kept, edition by edition, and nobody changes it."""

from __future__ import annotations

import copy
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, Service, SheetVersion, sheets_until
from diagnosis.registry.models import sheet_versions as in_process
from diagnosis.registry.sheet.differences import Difference, differences
from diagnosis.registry.versions import signing
from medportal.common.errors import DomainError
from tests.factories import (
    OrganisationFactory,
    PredictionFactory,
    administrator_at,
    clinician_at,
    data_scientist_at,
    reviewer_at,
    service_data,
    with_sheet,
)
from tests.pages import drawn
from tests.runnable import approved, define, running

pytestmark = pytest.mark.django_db
SLUG = "coronary-disease"
OTHER = {"en": "Well?", "zh-Hans": "如何？"}


@pytest.fixture
def service():
    return define(OrganisationFactory())


def defined(service, schema=None, **parts):
    scientist = data_scientist_at(service.organisation)
    content = {**copy.deepcopy(service.sheet.content), **parts}
    schema = schema or service.sheet.schema
    return actions.define_service(actor=scientist, sheet=content, schema=schema)


def test_a_new_sheet_is_a_new_edition_and_the_old_one_stays(service):
    first = service.sheet

    now = defined(service, question=OTHER)

    assert [sheet.number for sheet in sheets_until(now.sheet)] == [1, 2]
    assert Service.objects.get(pk=service.pk).sheet == now.sheet
    assert SheetVersion.objects.get(pk=first.pk).content == service_data(SLUG, "service")
    assert now.sheet.content["question"] == OTHER
    assert now.sheet.created_by.organisation_id == service.organisation_id
    assert len({first.digest, now.sheet.digest}) == 2
    assert len(now.sheet.digest) == 64
    details = AuditEvent.objects.filter(act="service.define").values_list("detail", flat=True)
    assert sorted(details, key=lambda detail: detail["sheet"]) == [
        {"created": True, "sheet": 1},
        {"created": False, "sheet": 2},
    ]


@pytest.mark.parametrize(
    ("was", "parts", "pointers"),
    [
        ("coronary-disease", {}, {"/kind", "/scale/unit"}),
        ("body-weight", {"unit": "g"}, {"/scale/unit"}),
    ],
    ids=["kind", "unit"],
)
def test_another_question_is_another_service(was, parts, pointers):
    """Otherwise kilograms would stand in one trend with grams, or with chances."""
    service = define(OrganisationFactory(), was)
    sheet = service_data("body-weight", "service")
    sheet = sheet | {"slug": was, "scale": sheet["scale"] | parts}

    with pytest.raises(DomainError) as refused:
        actions.define_service(
            actor=data_scientist_at(service.organisation),
            sheet=sheet,
            schema=service_data("body-weight", "schema"),
        )

    assert (refused.value.code, refused.value.status) == ("other_question", 409)
    assert {one.pointer for one in refused.value.pointers} == pointers
    assert service.sheets.count() == 1


def test_the_same_again_is_no_edition(service):
    assert defined(service).sheet == service.sheet
    assert service.sheets.count() == 1


def test_other_inputs_are_an_edition_too(service):
    schema = copy.deepcopy(service.sheet.schema)
    schema["features"][0]["label"] = {"en": "Years", "zh-Hans": "年数"}

    assert defined(service, schema=schema).sheet.number == 2


def test_going_back_to_what_was_said_before_is_a_third_edition(service):
    first = service.sheet
    defined(service, question=OTHER)

    again = defined(service)

    assert (again.sheet.number, again.sheet.digest) == (3, first.digest)


@pytest.mark.parametrize("statement", [
    "UPDATE registry_sheetversion SET number = 7",
    "UPDATE registry_sheetversion SET content = '{}' WHERE false",
    "DELETE FROM registry_sheetversion",
    "TRUNCATE registry_sheetversion CASCADE",
])  # fmt: skip
def test_the_database_lets_nobody_change_a_sheet(service, statement):
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert SheetVersion.objects.get(pk=service.sheet_id).number == 1


def test_a_sheet_is_read_once_in_a_process(service, django_assert_num_queries):
    defined(service, question=OTHER)
    in_process._kept.clear()

    with django_assert_num_queries(2):
        known = Service.objects.get(pk=service.pk)
        assert known.definition.question == OTHER
    with django_assert_num_queries(1):
        assert Service.objects.get(pk=service.pk).definition is known.definition
    with django_assert_num_queries(0):
        assert len(sheets_until(known.sheet)) == 2


def test_a_sheet_that_nobody_wrote_is_said_to_be_none():
    with pytest.raises(SheetVersion.DoesNotExist):
        in_process.kept(uuid4())


def test_what_is_signed_names_the_edition(service):
    version = approved(service)

    assert version.signed_sheet == service.sheet
    assert AuditEvent.objects.get(act="version.approve").detail["sheet"] == 1
    now = defined(service, question=OTHER)
    returned = ModelVersion.objects.get(pk=version.pk)

    assert (returned.state, returned.signed_sheet) == ("submitted", None)
    assert signing.content(returned).sheet == now.sheet.content


def test_a_retired_version_is_shown_with_the_sheet_that_was_signed():
    version = running(OrganisationFactory())
    reviewer = reviewer_at(version.service.organisation)
    actions.retire_version(actor=reviewer, version=version)

    defined(version.service, question=OTHER)

    kept = ModelVersion.objects.select_related("service").get(pk=version.pk)
    assert kept.definition.question == service_data(SLUG, "service")["question"]
    assert kept.service.definition.question == OTHER


# --- code of the release before, on the tables of this one ---------------------------------------


def columns(table):
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in found}


def inserted(table, source, **values):
    """A row as the release before writes it: it knows nothing of ``sheet_id``."""
    kept = sorted(columns(table) - {"sheet_id", "digest"} - set(values))
    chosen = ", ".join([*kept, *values])
    copied = ", ".join([*kept, *(["%s"] * len(values))])
    statement = f"INSERT INTO {table} ({chosen}) SELECT {copied} FROM {table} WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values.values(), source])


def test_a_prediction_of_code_of_before_gets_the_sheet_of_its_service():
    row = PredictionFactory()
    with_sheet(row.service, question=OTHER)
    copied = uuid4()

    inserted("inference_prediction", row.pk, id=copied)

    assert Prediction.unscoped.get(pk=copied).sheet.number == 2
    assert Prediction.unscoped.get(pk=row.pk).sheet.number == 1


def test_a_service_of_code_of_before_gets_its_first_sheet(service):
    pk = uuid4()

    inserted("registry_service", service.pk, id=pk, slug="another")

    made = Service.objects.get(pk=pk)
    assert (made.sheet.number, made.sheet.service_id, made.sheet.created_by) == (1, pk, None)
    assert (made.sheet.content, made.sheet.digest) == (service.sheet.content, service.sheet.digest)


def test_a_sheet_written_by_code_of_before_is_an_edition(service):
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE registry_service SET sheet = sheet || '{"validity_days": 5}' WHERE id = %s""",
            [service.pk],
        )

    now = Service.objects.get(pk=service.pk)
    assert (now.sheet.number, now.definition.validity_days) == (2, 5)


def test_code_of_before_reads_what_is_said_now(service):
    defined(service, question=OTHER)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sheet ->> 'question', schema FROM registry_service WHERE id = %s", [service.pk]
        )
        question, schema = cursor.fetchone()
    assert OTHER["zh-Hans"] in question
    assert schema


# --- what an administrator sees ------------------------------------------------------------------


def seen(person, address):
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser.get(address, follow=False)


def page_of(sheet):
    return f"/admin/registry/sheetversion/{sheet.pk}/change/"


def test_an_administrator_reads_what_an_edition_says_otherwise(service):
    bands = copy.deepcopy(service.sheet.content["bands"])
    bands[0]["label"]["en"] = "Quite low"
    now = defined(service, bands=bands)
    administrator = administrator_at(service.organisation)

    listed = drawn(seen(administrator, "/admin/registry/sheetversion/"))
    page = drawn(seen(administrator, page_of(now.sheet)))

    assert listed.count(page_of(now.sheet)) == 1
    assert f"/sheet/bands/{bands[0]['code']}/label/en" in page
    assert "<td>Very low</td><td>Quite low</td>" in page
    assert 'name="_save"' not in page
    assert "This is the first." in drawn(seen(administrator, page_of(service.sheet)))


@pytest.mark.parametrize("who", [clinician_at, data_scientist_at, reviewer_at])
def test_nobody_else_opens_the_list(service, who):
    assert seen(who(service.organisation), page_of(service.sheet)).status_code == 302


def test_an_administrator_of_another_house_sees_nothing_of_it(service):
    elsewhere = administrator_at(OrganisationFactory())

    assert str(service.sheet_id) not in drawn(seen(elsewhere, "/admin/registry/sheetversion/"))
    assert seen(elsewhere, page_of(service.sheet)).status_code == 302


def test_differences_name_each_place_once():
    before = {"a": 1, "list": [{"code": "x", "n": 1}, {"code": "y", "n": 2}], "gone": "so"}
    now = {"a": 1, "list": [{"code": "y", "n": 3}], "new": [1, 2]}

    assert list(differences(before, now)) == [
        Difference("/list/y/n", "2", "3"),
        Difference("/list/x", '{"code": "x", "n": 1}', None),
        Difference("/new", None, "[1, 2]"),
        Difference("/gone", "so", None),
    ]
