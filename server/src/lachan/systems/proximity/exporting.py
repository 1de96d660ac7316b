"""Key files: what is due goes out in signed files that never change, and leaves again after fourteen days."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.systems.proximity import log
from lachan.systems.proximity.codes import SIGNING_KEY
from lachan.systems.proximity.models import KeyFile, LogEntry, PublishedKey, Report
from lachan.systems.proximity.publishing import REGION
from lachan_proximity.identifiers.gaen import KEY_BYTES
from lachan_proximity.keyfile import NO_ONSET, Export, ExportRules, KeyBatch, Signer, plan, write
from lachan_proximity.keyfile.plan import OLDEST_DAYS, file_name

# Devices know the public key by these; a new key gets a new version.
KEY_ID, KEY_VERSION = "lachan", "v1"
PERIOD_S = 3600
KEEP = timedelta(days=OLDEST_DAYS)
_LOCK = 7_205_012


def signer() -> Signer:
    return Signer(keyring.signing_key(SIGNING_KEY), KEY_ID, KEY_VERSION)


@cache
def settings_text() -> bytes:
    """The risk profile devices use until an authority publishes another."""
    return (resources.files("lachan_proximity.risk") / "profiles" / "respiratory-1.yaml").read_bytes()


@transaction.atomic
def export(*, rules: ExportRules | None = None) -> list[KeyFile]:
    """Write the files of the last whole hour, once: every key whose time on the air, and two hours more, are over; and
    every key called back since. One exporter at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    now = timezone.now()
    end = int(now.timestamp()) // PERIOD_S * PERIOD_S
    last = KeyFile.objects.order_by("-end").values_list("end", flat=True).first()
    start = int(last.timestamp()) if last else end - PERIOD_S
    if start >= end:
        return []
    rows = list(
        PublishedKey.objects.filter(Q(out=False, upload__revoked_at=None) | _CALLED_BACK)
        .select_related("upload")
        .order_by("pk")
    )
    planned = plan(_batch(rows), start=start, end=end, now=now.timestamp(), rules=rules or ExportRules(REGION))
    files = [_store(each, now) for each in planned.exports]
    by_tek = {bytes(row.tek): row for row in rows}
    for each, file in zip(planned.exports, files, strict=True):
        _mark(each.keys, by_tek, out=True, file=file)
        _mark(each.revised, by_tek, revoked_out=True)
    if files:
        audit.record(action="proximity.keys.export", detail={"files": [file.pk for file in files]})
    return files


_CALLED_BACK = Q(out=True, revoked_out=False, upload__revoked_at__isnull=False)


def _batch(rows: list[PublishedKey]) -> KeyBatch:
    return KeyBatch.from_columns(
        teks=np.frombuffer(b"".join(bytes(row.tek) for row in rows), np.uint8).reshape(-1, KEY_BYTES),
        starts=[row.start for row in rows],
        periods=[row.period for row in rows],
        reports=[Report.REVOKED if row.upload.revoked_at else row.upload.report for row in rows],
        onsets=[NO_ONSET if row.onset is None else row.onset for row in rows],
    )


def _store(export: Export, now: datetime) -> KeyFile:
    content = write(export, [signer()])
    digest = hashlib.sha256(content).digest()
    file = KeyFile.objects.create(
        name=file_name(export),
        start=datetime.fromtimestamp(export.start, UTC),
        end=datetime.fromtimestamp(export.end, UTC),
        content=content,
        digest=digest,
        keys=len(export.keys) + len(export.revised),
        made_at=now,
        erase_at=datetime.fromtimestamp(export.end, UTC) + KEEP,
    )
    log.append(LogEntry.Kind.FILE, file.name, digest)
    return file


def _mark(batch: KeyBatch, by_tek: dict[bytes, PublishedKey], **fields: object) -> None:
    mine = [by_tek[key.tek].pk for key in batch.keys() if key.tek in by_tek]  # noqa: SIM118  no dict: its keys
    PublishedKey.objects.filter(pk__in=mine).update(**fields)


@transaction.atomic
def note_settings() -> LogEntry | None:
    """Enter the settings in the log when they differ from those entered last."""
    digest = hashlib.sha256(settings_text()).digest()
    last = LogEntry.objects.filter(kind=LogEntry.Kind.SETTINGS).order_by("-number").first()
    if last is not None and bytes(last.digest) == digest:
        return None
    return log.append(LogEntry.Kind.SETTINGS, "risk-profile.yaml", digest)


@transaction.atomic
def erase_old() -> int:
    """Erase files past their time; the log says which, and keeps what their bytes were. How many."""
    old = list(KeyFile.objects.select_for_update().filter(erase_at__lte=timezone.now()).order_by("name"))
    for file in old:
        log.append(LogEntry.Kind.ERASED, file.name, bytes(file.digest))
        file.delete()
    if old:
        audit.record(action="proximity.keys.erase", detail={"files": len(old)})
        audit.removed({KeyFile._meta.db_table: len(old)})
    return len(old)
