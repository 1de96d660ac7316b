"""Who answers for which unit: the closure of scope, computed without a database."""

from collections.abc import Collection, Mapping, Sequence


def cover(
    parents: Sequence[int | None], successors: Mapping[int, Collection[int]], closed: Collection[int]
) -> list[tuple[int, int]]:
    """All pairs (holder, unit). Units are numbered 0…n-1; `parents` and `successors` speak of those numbers.

    A holder covers itself, all below it in its own structure, and every closed unit whose whole ground it has now:
    - a unit with successors, when it covers each of them;
    - a district without successors of its own, when it covers each of its communes;
    - a unit of which nothing else is known, when it covers what the next unit above with known successors became.
    """
    children: dict[int, list[int]] = {}
    for unit, parent in enumerate(parents):
        if parent is not None:
            children.setdefault(parent, []).append(unit)
    gone = set(closed)
    later: dict[int, frozenset[int]] = {}

    def chain(unit: int) -> frozenset[int]:
        found = set()
        step: int | None = unit
        while step is not None:
            found.add(step)
            step = parents[step]
        return frozenset(found)

    def nearest_known(unit: int) -> int | None:
        step = parents[unit]
        while step is not None and not successors.get(step):
            step = parents[step]
        return step

    def inherited(unit: int) -> frozenset[int]:
        """Holders outside the unit's own structure."""
        if unit not in later:
            later[unit] = frozenset()
            if followed := successors.get(unit):
                later[unit] = frozenset.intersection(*(chain(s) | inherited(s) for s in followed))
            elif unit in gone and unit in children:
                later[unit] = frozenset.intersection(*(inherited(child) for child in children[unit]))
            elif unit in gone and (above := nearest_known(unit)) is not None:
                later[unit] = inherited(above)
        return later[unit]

    return [(holder, unit) for unit in range(len(parents)) for holder in sorted(chain(unit) | inherited(unit))]
