"""Stock moves are append-only: raw UPDATE, DELETE, REPLACE and TRUNCATE are refused by the database."""

from django.db import migrations

from tradewind.db.guards import Guards

WORD = "stock: a move never changes; record another one"


def _row(name, event):
    return f"""CREATE TRIGGER {name} BEFORE {event} ON stock_move FOR EACH ROW
        BEGIN SELECT RAISE(ABORT, '{WORD}'); END"""


# No insert trigger (a bulk would pay for it row by row): the connection's recursive_triggers makes
# INSERT OR REPLACE fire the delete trigger.
SQLITE = {
    "stock_move_change": _row("stock_move_change", "UPDATE"),
    "stock_move_gone": _row("stock_move_gone", "DELETE"),
}
POSTGRESQL = f"""
CREATE FUNCTION stock_move_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{WORD}' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER stock_move_change BEFORE UPDATE OR DELETE ON stock_move
  FOR EACH ROW EXECUTE FUNCTION stock_move_frozen();
CREATE TRIGGER stock_move_emptied BEFORE TRUNCATE ON stock_move
  FOR EACH STATEMENT EXECUTE FUNCTION stock_move_frozen();
"""


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for statement in SQLITE.values():
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION stock_move_frozen() CASCADE", params=None)
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]
    operations = [Guards(install, remove)]
