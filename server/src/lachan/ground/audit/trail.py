"""Writing the trail."""

import json
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from lachan.ground.audit.actor import current

_INSERT = """
INSERT INTO audit_auditevent
    (actor_id, actor_role, actor_area_id, action, subject_id, object_kind, object_id, purpose, detail)
SELECT %s, %s, %s, %s, subject, %s, %s, %s, %s::jsonb FROM unnest(%s::bigint[]) AS subject
"""


def record(
    *,
    action: str,
    subject: int | None = None,
    subjects: list[int] | None = None,
    obj: Any = None,
    purpose: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one row per subject (a person's id), in the caller's transaction. `detail` holds ids and settings only.

    Raises RuntimeError outside a transaction: the change and its record must stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"audit.record({action!r}) outside a transaction")
    actor = current()
    kind, number = (obj._meta.label_lower, str(obj.pk)) if obj is not None else ("", "")
    body = json.dumps(detail or {}, cls=DjangoJSONEncoder)
    who = subjects if subjects is not None else [subject]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [actor.account_id, actor.role, actor.area_id, action, kind, number, purpose, body, who])


#: The action under which every nightly erasure says how many rows left which table.
REMOVED = "retention.rows"


def removed(rows: Mapping[str, int]) -> int:
    """Write for each table how many rows were erased because their time had come: the proof of retention.

    Returns their sum. Tables that lost nothing are left out; in the caller's transaction, as record().
    """
    for table, count in rows.items():
        if count:
            record(action=REMOVED, detail={"table": table, "rows": count})
    return sum(rows.values())


@transaction.atomic
def erase(rows: "models.QuerySet[Any]") -> int:
    """Delete rows whose time has come, with what goes with them, and write how many left which table (removed)."""
    _total, per_model = rows.delete()
    return removed({apps.get_model(label)._meta.db_table: count for label, count in per_model.items()})
