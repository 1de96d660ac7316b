"""What every installation needs before its first page: tables, areas, disease profiles, forms, English catalogues."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lachan.ground.platform.messages import compile_all

Say = Callable[[str], None]

# A migration that cannot have its lock soon gives up, rather than let every writer queue behind it.
MIGRATION_LIMITS = "SET lock_timeout = '10s'"


def prepare(say: Say) -> None:
    """Idempotent, and quick when there is nothing to do."""
    compile_all()
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        say(f"Making tables ({len(pending)} migrations)")
        with connection.cursor() as cursor:
            cursor.execute(MIGRATION_LIMITS)
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    _areas(say)
    _profiles()
    _forms()
    _gates()
    _criteria()


def _areas(say: Say) -> None:
    from lachan.register.areas.loading import load_areas
    from lachan.register.areas.models import Area

    if not Area.objects.exists():
        say("Loading administrative units")
        load_areas(say)


def _profiles() -> None:
    from lachan.register.profiles.actions import load_profiles

    load_profiles()


def _forms() -> None:
    from lachan.register.forms.actions import load_forms

    load_forms()


def _gates() -> None:
    from lachan.systems.entry.gates import load_gates

    load_gates()


def _criteria() -> None:
    from lachan.systems.safety.versions import load_shipped

    load_shipped()
