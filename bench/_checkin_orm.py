# ruff: noqa: E402  Django must be set up before anything of it is imported
"""The rival: the same check-in as one would write it in an afternoon, a Django view over the ORM, served by granian
(WSGI).

Same tables, same look-ups, same rules: device, account, person, guardianship when asked, code, receipt, event,
receipt JSON.
Its models are the product's own; the address is /api/v1/checkins too.
"""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")

import django

django.setup()

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import IntegrityError, connections, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from lachan.register.access.models import Device
from lachan.register.people.models import Guardianship, Person
from lachan.register.places import codes
from lachan.register.places.models import PlaceCode
from lachan.systems.checkin.models import Direction, Event, Receipt, Trust
from lachan.systems.checkin.receipt import short_code

DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT}


def _answer(body: dict[str, object], status: int = 200) -> JsonResponse:
    # Without a length the server would send chunks, which costs both sides more.
    response = JsonResponse(body, status=status)
    response["Content-Length"] = str(len(response.content))
    return response


def checkin(request: HttpRequest) -> JsonResponse:  # noqa: PLR0911  one refusal after another, as views are
    try:
        given = json.loads(request.body)
        key = UUID(given["key"])
        at, sent_at = datetime.fromisoformat(given["at"]), datetime.fromisoformat(given["sent_at"])
        direction, code = DIRECTIONS[given["direction"]], codes.parse(given["code"])
    except (KeyError, TypeError, ValueError):
        return _answer({"error": "invalid"}, status=422)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    now = timezone.now()
    device = (
        Device.objects.select_related("account__person")
        .filter(
            token_hash=hashlib.sha256(token.encode()).digest(),
            revoked_at=None,
            expires_at__gt=now,
            account__is_active=True,
            account__is_officer=False,
        )
        .first()
    )
    if device is None:
        return _answer({"error": "signed_out"}, status=401)
    person = device.account.person
    if given.get("person"):
        person = Person.objects.filter(key=given["person"]).first()
        if not Guardianship.objects.filter(guardian=device.account.person, ward=person, until=None).exists():
            return _answer({"error": "person"}, status=403)
    found = PlaceCode.objects.select_related("place").filter(code=code, revoked_at=None, place__closed_at=None).first()
    if found is None:
        return _answer({"error": "place_unknown"}, status=404)
    offset = now - sent_at
    corrected = at + offset if abs(offset) > timedelta(seconds=90) else at
    if not now - timedelta(days=21) <= corrected <= now + timedelta(minutes=10):
        return _answer({"error": "time"}, status=422)
    body_hash = hashlib.sha256(f"{code}|{direction}|{at.astimezone(UTC)}|{given.get('person')}".encode()).digest()
    event = Event(
        person=person,
        place=found.place,
        at=corrected,
        direction=direction,
        trust=Trust.POSTER,
        by_account=device.account,
        device_id=device.pk,
        received_at=now,
    )
    status = 201
    try:
        with transaction.atomic():
            Receipt(
                device_id=device.pk,
                key=key,
                body_hash=body_hash,
                event_id=event.id,
                place=found.place,
                at=corrected,
                direction=direction,
                received_at=now,
            ).save(force_insert=True)
            event.save(force_insert=True)
    except IntegrityError:
        stored = Receipt.objects.select_related("place").get(device_id=device.pk, key=key)
        if bytes(stored.body_hash) != body_hash:
            return _answer({"error": "key_reused"}, status=409)
        event.id, event.at, status = stored.event_id, stored.at, 200
    return _answer(
        {
            "id": event.id,
            "place": {"name": found.place.name, "key": found.place.key},
            "at": event.at,
            "direction": given["direction"],
            "code": short_code(event.id),
            "clock_offset": None,
        },
        status=status,
    )


urlpatterns = [path("api/v1/checkins", checkin)]
# As lean as Django gets: no middleware, and one transaction around the two inserts instead of two nested ones.
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
connections.settings["default"]["ATOMIC_REQUESTS"] = False
application = get_wsgi_application()
