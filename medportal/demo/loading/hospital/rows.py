"""What stands in the charts of a filled hospital, made by PostgreSQL itself: millions of rows.

Patients of the hospital are those whom the team «Whole house» looks after. Values are invented;
predictions are copies of the demonstration's own, so that pages have whole results to show.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from diagnosis.records import codes, names

OFTEN = ("8480-6", "8462-4", "2093-3", "1975-2", "1751-7", "2160-0", "777-3", "39156-5", "5902-2",
         "4548-4", "2345-7", "1558-6", "1920-8", "6768-6", "2571-8", "8867-4")  # fmt: skip
YEARS = 6
SHARE_WITH_A_PREDICTION = 0.25
TEXTS = (
    "Seen on the ward round. Breathing easier, walks to the window.",
    "Short of breath on the stairs since spring; ankles swollen in the evening.",
    "Wound dry. Drain removed. Physiotherapy to go on.",
    "Family informed about the course; wishes further treatment.",
    "患者诉夜间咳嗽减轻，食欲好转。",
    "胸闷于爬楼时出现，休息后缓解。",
    "Itching at night, tired; bilirubin to be followed.",
    "Diabetes nurse: injects by herself, no hypoglycaemia.",
)

_IN_THE_HOUSE = """
    SELECT p.id, row_number() OVER (ORDER BY i.value) AS n
    FROM records_patient p
    JOIN records_careassignment c ON c.patient_id = p.id
    JOIN accounts_careteam t ON t.id = c.team_id AND t.name = 'Whole house'
    JOIN records_patientidentifier i ON i.patient_id = p.id
"""


def without_limits() -> None:
    """Until the transaction ends: millions of rows, and names are made between statements."""
    _run("SET LOCAL statement_timeout = 0")
    _run("SET LOCAL idle_in_transaction_session_timeout = 0")


def observe(per_patient: int) -> int:
    """So many numbers in each chart over the last years, spread over the usual tests."""
    spread = [(code, *_middle(code)) for code in map(codes.find, OFTEN) if code]
    return _run(
        f"""
        INSERT INTO records_observation
            (id, patient_id, recorded_at, system, code, label, value_number, value_code, unit,
             observed_at, status, source, source_identifier, flag, is_current, reason)
        SELECT gen_random_uuid(), house.id, now(), k.system, k.code, '',
               round((k.middle * (0.8 + 0.4 * random()))::numeric, k.decimals)::float8, '', k.unit,
               now() - interval '1 year' * %s * random(), 'final', 'laboratory', '', '', true, ''
        FROM ({_IN_THE_HOUSE}) AS house
        CROSS JOIN generate_series(1, %s) AS g
        JOIN unnest(%s::text[], %s::text[], %s::text[], %s::float8[], %s::int[])
             WITH ORDINALITY AS k (code, system, unit, middle, decimals, place)
             ON k.place = 1 + (g + house.n) %% %s
        """,  # noqa: S608  # no value of a person's in it
        YEARS,
        per_patient,
        [code.code for code, *_ in spread],
        [code.system for code, *_ in spread],
        [code.unit for code, *_ in spread],
        [middle for _code, middle in spread],
        [code.decimals for code, *_ in spread],
        len(spread),
    )


def _middle(code: Any) -> tuple[float]:
    """Of the usual range; of what a body can have where no range is known."""
    low, high = code.reference_in(code.unit, "female")
    if low is not None and high is not None:
        return ((low + high) / 2,)
    return ((code.bounds[0] * code.bounds[1]) ** 0.5 if code.bounds else 1.0,)


def write_notes() -> int:
    """With what the search reads, which a model would have filled while saving."""
    return _run(
        f"""
        INSERT INTO records_note (id, patient_id, recorded_at, written_at, kind, author,
                                  text, search_text, search_grams)
        SELECT gen_random_uuid(), house.id, now(), now() - interval '1 day' * (house.n %% 900),
               'progress', 'Dr W. Bell', given.text || ' (' || house.n || ')',
               given.words || ' ' || house.n, given.grams::varchar[]
        FROM ({_IN_THE_HOUSE}) AS house
        JOIN unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
             AS given(text, words, grams, place) ON given.place = 1 + house.n %% %s
        """,  # noqa: S608  # as above
        list(TEXTS),
        [" " + " ".join(names.words(text)) for text in TEXTS],
        ["{" + ",".join(names.grams(text)) + "}" for text in TEXTS],
        len(TEXTS),
    )


def predict() -> int:
    """A copy of one of the demonstration's settled runs for every fourth patient."""
    columns = _columns("inference_prediction")
    kept = [c for c in columns if c not in REPLACED]
    made = _run(
        f"""
        INSERT INTO inference_prediction ({", ".join([*kept, *REPLACED])})
        SELECT {", ".join(f"old.{c}" for c in kept)}, {", ".join(f"{v}" for v in REPLACED.values())}
        FROM ({_IN_THE_HOUSE}) AS house
        JOIN (
            SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS of_them
            FROM inference_prediction
            WHERE patient_id IS NOT NULL AND state IN ('done', 'refused') AND origin <> 'what_if'
        ) AS old ON old.place = 1 + house.n %% old.of_them
        WHERE random() < %s
        """,  # noqa: S608  # column names come from the database itself
        SHARE_WITH_A_PREDICTION,
    )
    _explain()
    return made


def _explain() -> None:
    """Each copy has the reasons of the run that it is a copy of."""
    kept = [c for c in _columns("inference_explanation") if c not in ("id", "prediction_id")]
    _run(
        f"""
        INSERT INTO inference_explanation (id, prediction_id, {", ".join(kept)})
        SELECT gen_random_uuid(), copy.id, {", ".join(f"old.{c}" for c in kept)}
        FROM inference_prediction AS copy
        JOIN (
            SELECT DISTINCT ON (p.result) p.result, e.*
            FROM inference_explanation e JOIN inference_prediction p ON p.id = e.prediction_id
        ) AS old ON old.result = copy.result
        WHERE NOT EXISTS (SELECT FROM inference_explanation e WHERE e.prediction_id = copy.id)
        """  # noqa: S608  # as above
    )


REPLACED = {
    "id": "gen_random_uuid()",
    "patient_id": "house.id",
    "idempotency_key": "''",
    "run_again_of_id": "NULL",
    "requested_at": "now() - interval '1 minute' * house.n",
    "finished_at": "now() - interval '1 minute' * house.n + interval '1 second'",
    "decided_at": "CASE WHEN random() < 0.7 AND old.state = 'done' THEN now() END",
    "dismissed_at": "CASE WHEN random() < 0.9 AND old.state = 'refused' THEN now() END",
}


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in found]


def _run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)
