"""The database itself refuses to change or delete a vote, whoever asks: two triggers, for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

SQLITE = [
    "CREATE TRIGGER IF NOT EXISTS vote_is_never_{event}d BEFORE {upper} ON arena_vote "
    "BEGIN SELECT RAISE(ABORT, 'votes are append-only'); END"
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION refuse_to_change_a_vote() RETURNS trigger AS "
    "$$ BEGIN RAISE EXCEPTION 'votes are append-only'; END $$ LANGUAGE plpgsql",
    "CREATE OR REPLACE TRIGGER vote_is_never_{event}d BEFORE {upper} ON arena_vote "
    "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_vote()",
]


def install(connection: Any) -> None:
    """`connection` may be a schema editor's or Django's own. Doing it twice is harmless."""
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}.get(connection.vendor, [])
    with connection.cursor() as cursor:
        for event in ("update", "delete"):
            for statement in statements:
                cursor.execute(statement.format(event=event, upper=event.upper()))


def remove(connection: Any) -> None:
    table = " ON arena_vote" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for event in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS vote_is_never_{event}d{table}")
