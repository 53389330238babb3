"""What a closed month reported stays to the letter; accounts of the chart learn what they are."""

from django.db import migrations

from tradewind.db.guards import Guards

KEPT = "ledger: a reported statement stays as it is"
_TAKEN = "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
_SHUT = "EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.period_id AND state = 'closed')"
_SAME = "EXISTS (SELECT 1 FROM ledger_statement WHERE period_id = NEW.period_id AND code = NEW.code)"
TABLES = ("ledger_statement", "ledger_revaluation")


def _row(name, event, table, when):
    return f"""CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {when}
        BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"""


def _sqlite():
    for table in TABLES:
        yield f"{table}_change", _row(f"{table}_change", "UPDATE", table, "1")
        yield f"{table}_gone", _row(f"{table}_gone", "DELETE", table, "1")
    taken = _TAKEN.format(table="ledger_statement")
    # INSERT OR REPLACE fires no delete trigger: a taken place is refused here.
    yield (
        "ledger_statement_new",
        _row("ledger_statement_new", "INSERT", "ledger_statement", f"{_SHUT} OR {_SAME} OR {taken}"),
    )
    taken = _TAKEN.format(table="ledger_revaluation")
    yield "ledger_revaluation_new", _row("ledger_revaluation_new", "INSERT", "ledger_revaluation", taken)


POSTGRESQL = f"""
CREATE FUNCTION ledger_statement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514';
END $$;
CREATE FUNCTION ledger_statement_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_SHUT} THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_statement_new BEFORE INSERT ON ledger_statement
  FOR EACH ROW EXECUTE FUNCTION ledger_statement_open();
CREATE TRIGGER ledger_statement_change BEFORE UPDATE OR DELETE ON ledger_statement
  FOR EACH ROW EXECUTE FUNCTION ledger_statement_kept();
CREATE TRIGGER ledger_statement_emptied BEFORE TRUNCATE ON ledger_statement
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_never_emptied();
CREATE TRIGGER ledger_revaluation_change BEFORE UPDATE OR DELETE ON ledger_revaluation
  FOR EACH ROW EXECUTE FUNCTION ledger_statement_kept();
CREATE TRIGGER ledger_revaluation_emptied BEFORE TRUNCATE ON ledger_revaluation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_never_emptied();
"""
# Accounts opened before this step: what the chart says of its own codes.
_CHART = """UPDATE ledger_account SET standard = code, monetary = (kind IN ('asset', 'liability')
    AND code NOT IN ('1124', '1405', '1406', '1900')) WHERE parent_id IS NULL"""


def install(apps, schema_editor):
    schema_editor.execute(_CHART, params=None)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for _name, statement in _sqlite():
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ("ledger_statement_kept", "ledger_statement_open"):
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE", params=None)
        schema_editor.execute("DROP TRIGGER ledger_statement_emptied ON ledger_statement", params=None)
        schema_editor.execute("DROP TRIGGER ledger_revaluation_emptied ON ledger_revaluation", params=None)
        return
    for name, _statement in _sqlite():
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_chart_rules_and_close")]
    operations = [Guards(install, remove)]
