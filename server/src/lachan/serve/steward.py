"""The steward process: runs every room's chores on time, one run of each at a time across all processes."""

import logging
import os
import signal
import threading
import time
import zlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import django
from django.db import OperationalError, connection

from lachan.ground import audit
from lachan.ground.platform.steward import Chore, chores

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
TICK_S = 0.2
log = logging.getLogger(__name__)


def next_run(chore: Chore, now: float) -> float:
    """Unix time of the chore's next run after `now`."""
    if not chore.daily_at:
        return now + chore.seconds
    hour, minute = (int(part) for part in chore.daily_at.split(":"))
    local = datetime.fromtimestamp(now, VIET_NAM)
    due = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (due if due > local else due + timedelta(days=1)).timestamp()


def run(chore: Chore) -> bool:
    """Run the chore unless another process is at it: whether it ran here. An error is logged and tried again later."""
    lock = zlib.crc32(f"chore:{chore.name}".encode())
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
            if not cursor.fetchone()[0]:
                return False
            try:
                with audit.acting(audit.system(chore.name)):
                    chore.work()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
    except OperationalError as error:
        log.warning("chore %s waits for the database: %s", chore.name, error)
        connection.close()
        return False
    except Exception:
        log.exception("chore %s failed", chore.name)
        return False
    return True


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
    django.setup()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    due = {chore.name: next_run(chore, time.time()) for chore in chores()}
    while not stopping.wait(TICK_S):
        now = time.time()
        for chore in chores():
            if due[chore.name] <= now and not stopping.is_set():
                run(chore)
                due[chore.name] = next_run(chore, time.time())


if __name__ == "__main__":
    main()
