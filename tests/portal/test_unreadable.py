"""A model whose artifact is damaged for good: each page says so in words, none falls over."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from diagnosis.inference.scoring import reproducing
from diagnosis.registry.versions import store
from tests.portal.results import artifact_of, finished, version_of
from tests.portal.test_panels import DIABETES
from tests.portal.test_result import text_of

SAID = "The model cannot be read at the moment. Tell the operators."
ASK_THE_MODEL = {"sureness": 200, "reach": 200, "try": 409}
OTHERS = ("", "alike/", "print/", "sheet/", "status/")


@pytest.fixture
def result(ward):
    version = version_of(ward.house, "diabetes-onset")
    return finished(version, ward.doctor, ward.patient, DIABETES)


@pytest.fixture
def damaged(result):
    """Both the copy and the object of the store end in the middle of a packed stream."""
    name = store.object_name(result.version.digest)
    copy = Path(settings.VAR) / "cache" / "artifacts" / f"{result.version.digest}.zip"
    store.keep(Path(settings.BASE_DIR) / "medportal/demo/data/artifacts/diabetes-onset")
    with default_storage.open(name) as stored:
        whole = stored.read()
    half = bytearray(whole)
    half[2000:2400] = bytes(400)  # what zlib itself stumbles over
    default_storage.delete(name)
    default_storage.save(name, ContentFile(bytes(half)))
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(bytes(half))
    store.forget_loaded()
    yield result
    default_storage.delete(name)
    default_storage.save(name, ContentFile(whole))
    copy.unlink(missing_ok=True)
    store.forget_loaded()


@pytest.mark.parametrize(("page", "status"), ASK_THE_MODEL.items())
@pytest.mark.parametrize("headers", [{}, {"HX_Request": "true"}], ids=["page", "part"])
def test_who_asks_the_model_is_told_that_it_cannot_be_read(ward, damaged, page, status, headers):
    answer = ward.as_doctor.get(f"/predictions/{damaged.pk}/{page}/", headers=headers)

    assert answer.status_code == status
    assert SAID in text_of(answer)
    assert "nobody measured" not in text_of(answer)


@pytest.mark.parametrize("page", OTHERS)
def test_what_asks_no_model_goes_on(ward, damaged, page):
    assert ward.as_doctor.get(f"/predictions/{damaged.pk}/{page}").status_code == 200


def test_asking_again_and_comparing_says_why_not(damaged):
    assert reproducing.reproduce(damaged).reason == "unreadable"


def test_once_it_is_mended_the_next_click_works(ward, damaged):
    whole = artifact_of("diabetes-onset")
    name = store.object_name(whole.digest)
    ward.as_doctor.get(f"/predictions/{damaged.pk}/sureness/")
    default_storage.delete(name)
    store.keep(Path(settings.BASE_DIR) / "medportal/demo/data/artifacts/diabetes-onset")

    assert SAID not in text_of(ward.as_doctor.get(f"/predictions/{damaged.pk}/sureness/"))
