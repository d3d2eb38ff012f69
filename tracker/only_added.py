"""Tables whose rows are only added: the database itself refuses to change or to delete one, whichever door is used.

Emptying a whole table (TRUNCATE, which tests do) and dropping it stay with the owner of the database.
"""

from django.db import DEFAULT_DB_ALIAS, connections, models

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, 'Rows of {table} are only added.'); END
"""
_POSTGRES = """
CREATE OR REPLACE FUNCTION rows_are_only_added() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'Rows of %% are only added.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rows_are_only_added();
"""


def keep_rows(*kept: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> None:
    """See to it that rows of these models can be added, and nothing else. Safe to call at each migrate.

    SQLite makes a table anew when its columns change, and loses its triggers: so this is called after every migrate.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in kept:
            table = model._meta.db_table
            if connection.vendor == "sqlite":
                for act in ("update", "delete"):
                    cursor.execute(_SQLITE.format(table=table, act=act))
            else:
                cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s", [f"{table}_only_added"])
                if cursor.fetchone() is None:
                    cursor.execute(_POSTGRES.format(table=table), [])
