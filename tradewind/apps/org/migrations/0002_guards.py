"""The audit is append-only and stored files never change: the database itself refuses, under raw SQL too.

Whoever rebuilds one of these tables in a later migration on SQLite must create the triggers again.
"""

from django.db import migrations

from tradewind.db.guards import Guards

GUARDS = {
    "org_auditentry": "the audit is append-only",
    "org_storedfile": "a stored file never changes",
}


def _sqlite(table, word):
    for verb in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{word}'); END"
        )


def _postgresql(table, word):
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{word}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
    )


def raise_guards(apps, schema_editor):
    make = _postgresql if schema_editor.connection.vendor == "postgresql" else _sqlite
    for table, word in GUARDS.items():
        for statement in make(table, word):
            schema_editor.execute(statement)


def lower_guards(apps, schema_editor):
    for table in GUARDS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_guard ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_guard()")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_no_update")
            schema_editor.execute(f"DROP TRIGGER {table}_no_delete")


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial")]
    operations = [Guards(raise_guards, lower_guards)]
