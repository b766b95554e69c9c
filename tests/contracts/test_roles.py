"""Two roles from the first migration: the application owns nothing and rewrites no history."""

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_the_application_owns_no_table():
    assert ask("SELECT current_user")[0] == ("medportal_app",)
    assert ask("SELECT count(*) FROM pg_class WHERE relowner = 'medportal_app'::regrole") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET act = 'nothing happened'",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE accounts_auditevent (id int)",  # would stand before the real one
        "CREATE TEMPORARY TABLE records_patient (id int)",
        "ALTER TABLE accounts_auditevent DISABLE TRIGGER accounts_audit_stamp",
        "SELECT setval('accounts_auditevent_number', 1)",
        "DELETE FROM django_migrations",
        "ALTER TABLE accounts_user DROP COLUMN username",
    ],
)
def test_the_application_may_not(statement):
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        ask(statement)
    assert refused.value.__cause__.sqlstate in {"42501"}


def test_the_application_inserts_and_reads_audit_events():
    granted = ask(
        "SELECT privilege_type FROM information_schema.role_table_grants "
        "WHERE table_name = 'accounts_auditevent' AND grantee = 'medportal_app'"
    )
    assert {name for (name,) in granted} == {"INSERT", "SELECT"}


def test_no_statement_of_a_page_runs_for_ever():
    assert ask("SHOW idle_in_transaction_session_timeout") == [("30s",)]
    assert ask("SHOW statement_timeout") == [("2min",)]
