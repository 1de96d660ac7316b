"""Whether the two sides of an encounter fit. Pure.

One side (the publisher) handed over what its device noted, identifiers hidden behind tags; the other proves which of
those identifiers were its own. Only intervals that both devices noted, alike, count.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from lachan_proximity.identifiers.gaen import IDENTIFIER_BYTES, INTERVAL_SECONDS, padded_blocks

TAG_BYTES = 16
_TAG = b"lachan encounter"
MINUTE = 60
# Scans are up to five minutes apart, so two devices note the same contact differently by as much.
MINUTES_APART = 5
CLASSES_APART = 1
INTERVALS_APART = 1
# At least so much of what is claimed must fit.
LEAST_FIT = 0.5
# Classes of attenuation: below so many dB. The last class has no bound.
CLASS_DB = (55, 63, 73)


@dataclass(frozen=True, slots=True)
class Note:
    """One interval as a device noted it: minutes for certain and at most (0 to 10), attenuation class 0 (near) to 3."""

    interval: int
    certain: int
    minutes: int
    attenuation: int


@dataclass(frozen=True, slots=True)
class Met:
    """An encounter both sides noted: unix seconds, seconds for certain, class, share that fitted (%)."""

    start: int
    end: int
    certain: int
    attenuation: int
    confidence: int


def tag(identifier: bytes) -> bytes:
    """What stands for an identifier that was heard: nobody finds the identifier, or its owner, from it."""
    return hmac.digest(identifier, _TAG, "sha256")[:TAG_BYTES]


def own_tags(identifier_key: bytes, intervals: Iterable[int]) -> dict[int, bytes]:
    """The tag of one's own identifier at each interval. Whoever has the day's identifier key (RPIK) owns them."""
    listed = list(intervals)
    encryptor = Cipher(algorithms.AES128(identifier_key), modes.ECB()).encryptor()  # noqa: S305  the protocol's own construction: one block, never repeated
    stream = encryptor.update(b"".join(padded_blocks(interval, 1) for interval in listed))
    return {
        interval: tag(stream[nth * IDENTIFIER_BYTES : (nth + 1) * IDENTIFIER_BYTES])
        for nth, interval in enumerate(listed)
    }


def agree(one: Note, two: Note) -> bool:
    """Whether two devices' notes can be of one contact."""
    return (
        abs(one.interval - two.interval) <= INTERVALS_APART
        and abs(one.minutes - two.minutes) <= MINUTES_APART
        and abs(one.attenuation - two.attenuation) <= CLASSES_APART
    )


def fit(
    claimed: Sequence[Note], tags: Mapping[int, bytes], noted: Mapping[bytes, Note]
) -> tuple[list[Met], set[bytes]]:
    """The encounters on which both sides agree, and the tags they rest on.

    `tags` by interval are the claimer's own; `noted` is what the publisher's device noted, by tag. Nothing when less
    than half of the claim fits. Minutes for certain are the smaller of the two, minutes at most the larger.
    """
    both = [
        (mine, noted[tags[mine.interval]])
        for mine in sorted(claimed, key=lambda each: each.interval)
        if tags[mine.interval] in noted and agree(mine, noted[tags[mine.interval]])
    ]
    if not both or len(both) < LEAST_FIT * len(claimed):
        return [], set()
    groups: list[list[tuple[Note, Note]]] = []
    for pair in both:
        if groups and pair[0].interval - groups[-1][-1][0].interval <= 1:
            groups[-1].append(pair)
        else:
            groups.append([pair])
    share = round(100 * len(both) / len(claimed))
    return [_met(group, share) for group in groups], {tags[mine.interval] for mine, _theirs in both}


def _met(group: list[tuple[Note, Note]], share: int) -> Met:
    most = [max(mine.minutes, theirs.minutes, 1) for mine, theirs in group]
    first, last = group[0][0].interval, group[-1][0].interval
    # An encounter that goes on into the next interval began that long before its end.
    start = first * INTERVAL_SECONDS
    if len(group) > 1:
        start += INTERVAL_SECONDS - min(most[0] * MINUTE, INTERVAL_SECONDS)
        end = last * INTERVAL_SECONDS + min(most[-1] * MINUTE, INTERVAL_SECONDS)
    else:
        end = start + most[0] * MINUTE
    certain = sum(min(mine.certain, theirs.certain) for mine, theirs in group) * MINUTE
    # The farther of both sides in each interval, and of those the middle: one near moment does not make an hour near.
    classes = sorted(max(mine.attenuation, theirs.attenuation) for mine, theirs in group)
    return Met(start, end, min(certain, end - start), classes[(len(classes) - 1) // 2], share)
