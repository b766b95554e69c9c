"""The administration shows clinical content to nobody, wherever its links and searches lead."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from tests import factories
from tests.contracts.routes import FAMILY_NAME, Caller, world_of
from tests.pages import drawn

LINK = re.compile(r'href="([^"#]+)"')
MOST_PAGES = 250
SEEDS = {
    "note": "Zephyrine says it hurts",
    "condition": "Quillfever",
    "allergy": "Xanthoberries",
    "medication": "Ozymandol",
    "comment": "Overruled by Thistlewood",
    "outcome": "Registry of Umberland",
}


def seed(world):
    """Clinical words in every part of a chart: what no page of the administration says."""
    patient = world.patient
    factories.NoteFactory(patient=patient, text=SEEDS["note"])
    factories.ConditionFactory(patient=patient, label=SEEDS["condition"])
    factories.AllergyFactory(patient=patient, substance=SEEDS["allergy"])
    factories.MedicationFactory(patient=patient, label=SEEDS["medication"])
    factories.DecisionFactory(prediction=world.rows["prediction"], comment=SEEDS["comment"])
    factories.OutcomeFactory(
        patient=patient, service=world.rows["registry_service"], source=SEEDS["outcome"]
    )
    secret = [FAMILY_NAME, *SEEDS.values(), str(patient.pk), str(world.rows["prediction"].pk)]
    return [*secret, str(world.rows["observation"].pk)]


@pytest.mark.django_db
def test_no_link_of_the_administration_leads_to_a_patient():
    world = world_of()
    secret = seed(world)
    browser = Client()
    browser.cookies.load(Caller(world, "administrator").cookies)
    waiting, seen, leaks = ["/admin/"], set(), []
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        text = drawn(browser.get(address, follow=True))
        leaks += [(address, word) for word in secret if word in text]
        waiting += [found for found in links(text, address) if found not in seen]
    lists = [address for address in seen if re.fullmatch(r"/admin/\w+/\w+/", address)]
    for address in lists:
        for word in secret:
            text = drawn(browser.get(address, {"q": word}))
            shown = re.sub(r"<input[^>]*>", "", text)  # the field repeats what was searched
            leaks += [(address, other) for other in secret if other != word and other in shown]

    assert leaks == []
    assert not waiting
    assert len(lists) > 5


def links(text, here):
    """Where the administration leads inside itself, orderings and filters of its lists apart."""
    path = here.split("?")[0]
    for found in map(unescape, LINK.findall(text)):
        target = path if found.startswith("?") else found.split("?")[0]
        if target.startswith(("/admin/", "/people/")) and "/logout" not in target:
            yield target
