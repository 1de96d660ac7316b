"""The root of each day, published for anybody to keep; and the check of every chain against them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from lachan.systems.safety import chain
from lachan.systems.safety.actions import linked
from lachan.systems.safety.models import DayRoot, Entry, Facility
from lachan.systems.safety.standing import HOME

CHUNK = 2_000


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), HOME)


def _leaves(day: date) -> list[bytes]:
    rows = Entry.objects.filter(received_at__gte=_start(day), received_at__lt=_start(day + timedelta(days=1)))
    return [bytes(one) for one in rows.order_by("place_id", "number").values_list("hash", flat=True)]


@transaction.atomic
def publish_due() -> list[DayRoot]:
    """The roots of the days up to yesterday that have none yet, the oldest first. Empty days have one too."""
    last = DayRoot.objects.order_by("-day").first()
    if last is not None:
        day, previous = last.day + timedelta(days=1), bytes(last.root)
    else:
        first = Entry.objects.order_by("received_at").values_list("received_at", flat=True).first()
        if first is None:
            return []
        day, previous = first.astimezone(HOME).date(), chain.GENESIS
    made = []
    while day < timezone.now().astimezone(HOME).date():
        leaves = _leaves(day)
        tree = chain.merkle(leaves)
        made.append(
            DayRoot.objects.create(
                day=day, entries=len(leaves), merkle=tree, previous=previous, root=chain.root(previous, day, tree)
            )
        )
        previous, day = bytes(made[-1].root), day + timedelta(days=1)
    return made


@dataclass(frozen=True)
class Fault:
    """What does not fit. `kind`:

    "changed" (an entry no longer fits its hash or its predecessor), "missing" (a number is not there), "head" (the
    newest entries are gone or not counted), "signer" (the name is not the one that signed), "root" (the entries of a
    day are not those whose root was published), "known" (a root is not the one kept elsewhere).
    """

    kind: str
    place_id: int | None = None
    number: int | None = None
    day: date | None = None


@dataclass
class Found:
    """What verify() looked at."""

    entries: int = 0
    facilities: int = 0
    days: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(known: dict[date, bytes] | None = None) -> Found:
    """Recompute every chain and every root. `known`: roots kept outside this database, by day."""
    found = Found()
    heads = dict(Facility.objects.values_list("place_id", "length"))
    ends = {place: bytes(head) for place, head in Facility.objects.values_list("place_id", "head")}
    place, number, previous = 0, 0, chain.GENESIS
    seen: set[int] = set()

    def close() -> None:
        if place and (number != heads.get(place) or previous != ends.get(place)):
            found.faults.append(Fault("head", place, number))

    for entry, photos in _chained():
        if entry.place_id != place:
            close()
            place, number, previous = entry.place_id, 0, chain.GENESIS
            seen.add(place)
        found.entries += 1
        if entry.number != number + 1:
            found.faults.append(Fault("missing", place, number + 1))
        fits = bytes(entry.previous) == previous or entry.number != number + 1
        if not fits or chain.link(bytes(entry.previous), linked(entry, photos)) != bytes(entry.hash):
            found.faults.append(Fault("changed", place, entry.number))
        if entry.nonce is not None and bytes(entry.signer) != chain.signature(
            bytes(entry.nonce), entry.account_number, entry.device_number, entry.name
        ):
            found.faults.append(Fault("signer", place, entry.number))
        # The stored hash goes on, so that one changed entry is one fault and not one for every later link.
        number, previous = entry.number, bytes(entry.hash)
    close()
    found.facilities = len(seen)
    found.faults += [Fault("head", one, 0) for one, length in heads.items() if length and one not in seen]
    _verify_roots(found, known or {})
    return found


def _chained() -> Iterator[tuple[Entry, list[bytes]]]:
    rows = Entry.objects.order_by("place_id", "number").prefetch_related("photos")
    for entry in rows.iterator(chunk_size=CHUNK):
        yield entry, [bytes(photo.sha256) for photo in entry.photos.all()]


def _verify_roots(found: Found, known: dict[date, bytes]) -> None:
    previous = chain.GENESIS
    there: dict[date, bytes] = {}
    for kept in DayRoot.objects.order_by("day"):
        found.days += 1
        tree = chain.merkle(_leaves(kept.day))
        if tree != bytes(kept.merkle) or chain.root(previous, kept.day, tree) != bytes(kept.root):
            found.faults.append(Fault("root", day=kept.day))
        previous = bytes(kept.root)
        there[kept.day] = previous
    found.faults += [Fault("known", day=day) for day, value in sorted(known.items()) if there.get(day) != value]
