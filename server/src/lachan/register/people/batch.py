"""The whole register compared with itself, for the officers' list of records that may be double.

Two ways behind one interface: `splink` (the extra `match`) learns the weights from this register by expectation
maximisation, in DuckDB, offline; `weights` uses the fixed ones of similarity.py. Both look at the same pairs, and both
only propose.
"""

import importlib.util
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from lachan.register.people import matching
from lachan.register.people.matching import Proposal
from lachan.register.people.models import MatchPair, Person
from lachan.register.people.near import facts_of
from lachan.register.people.similarity import Facts, compare

Say = Callable[[str], None]
# A pair below is not worth an officer's time.
LEAST = 0.5
_CHUNK = 2000
# How often two records of one human being agree on what is there in both. Not learnt: where all doubles of a small
# register agree, what was learnt would be that they always do.
_AGREE = {"sex": 0.98, "area": 0.85, "address": 0.6, "phone": 0.7, "paper": 0.95}
# Who is compared with whom: the same number; the day of birth and a name's end; the commune and both of a name's ends.
_PAIRS = """
SELECT a.person_id, b.person_id FROM people_identifier a
JOIN people_identifier b ON a.kind = b.kind AND a.value_hash = b.value_hash AND a.person_id < b.person_id
UNION
SELECT a.id, b.id FROM people_person a JOIN people_person b ON a.birth_date = b.birth_date AND a.id < b.id
    AND (substring(a.folded, '[^ ]+$') = substring(b.folded, '[^ ]+$')
         OR split_part(a.folded, ' ', 1) = split_part(b.folded, ' ', 1))
UNION
SELECT a.id, b.id FROM people_person a JOIN people_person b ON a.area_id = b.area_id AND a.id < b.id
    AND substring(a.folded, '[^ ]+$') = substring(b.folded, '[^ ]+$')
    AND split_part(a.folded, ' ', 1) = split_part(b.folded, ' ', 1)
"""


class NotLearntError(Exception):
    """splink found too little to learn from in this register."""


def splink_is_there() -> bool:
    """Whether the extra `match` is installed."""
    return importlib.util.find_spec("splink") is not None


def run(*, way: str, say: Say, least: float = LEAST) -> tuple[int, int]:
    """Propose the pairs; (how many were found, how many of them are new on the list).

    `way` is "splink" or "weights". Raises ModuleNotFoundError where splink is not installed, NotLearntError.
    """
    facts = facts_of(Person.objects.order_by("pk"))
    say(f"{len(facts):,} records")
    found = list(by_splink(facts, least, say) if way == "splink" else _weights(facts, least))
    decided = set(MatchPair.objects.exclude(state=MatchPair.State.OPEN).values_list("left_id", "right_id"))
    fresh = [pair for pair in found if (min(pair.one, pair.other), max(pair.one, pair.other)) not in decided]
    return len(found), matching.propose(fresh)


def _candidates() -> Iterator[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _weights(facts: dict[int, Facts], least: float) -> Iterator[Proposal]:
    for one, other in _candidates():
        if one in facts and other in facts:
            likeness = compare(facts[one], facts[other])
            if likeness.probability >= least:
                yield Proposal(one, other, likeness.probability, (*likeness.reasons, *likeness.against))


# ---------- splink ----------


def _rows(facts: dict[int, Facts]) -> dict[str, list[Any]]:
    """The columns that splink compares. Numbers go as hashes; nothing leaves this process."""

    def numbers(one: Facts, phone: bool) -> list[str]:
        return sorted(f"{kind}:{digest.hex()}" for kind, digest in one.papers if (kind == "phone") == phone)

    people = list(facts.items())
    return {
        "unique_id": [pk for pk, _one in people],
        "name": [" ".join(one.tokens) or None for _pk, one in people],
        "sorted_name": [" ".join(sorted(one.tokens)) or None for _pk, one in people],
        "given": [one.tokens[-1] if one.tokens else None for _pk, one in people],
        "family": [one.tokens[0] if one.tokens else None for _pk, one in people],
        "birth": [one.birth_date.isoformat() if one.birth_date else None for _pk, one in people],
        "year": [one.birth_date.year if one.birth_date else one.birth_year for _pk, one in people],
        "sex": [one.sex or None for _pk, one in people],
        "area": [one.area for _pk, one in people],
        "address": [one.address.casefold() or None for _pk, one in people],
        "phone": [next(iter(numbers(one, True)), None) for _pk, one in people],
        "paper": [next(iter(numbers(one, False)), None) for _pk, one in people],
    }


def _settings(known: set[str]) -> Any:
    """What is compared and how finely; of a column with one value nothing can be learnt."""
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    name = comparisons.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            levels.NullLevel("name"),
            levels.ExactMatchLevel("name", term_frequency_adjustments=True),
            levels.ExactMatchLevel("sorted_name"),
            levels.And(levels.ExactMatchLevel("given"), levels.ExactMatchLevel("family")),
            levels.DamerauLevenshteinLevel("sorted_name", 1),
            levels.ExactMatchLevel("given"),
            levels.ElseLevel(),
        ],
    )
    birth = comparisons.CustomComparison(
        output_column_name="birth",
        comparison_levels=[
            levels.NullLevel("year"),
            levels.ExactMatchLevel("birth"),
            levels.DamerauLevenshteinLevel("birth", 1),
            levels.ExactMatchLevel("year"),
            levels.ElseLevel(),
        ],
    )
    exact = [
        comparisons.CustomComparison(
            output_column_name=column,
            comparison_levels=[
                levels.NullLevel(column),
                levels.ExactMatchLevel(column).configure(m_probability=agree, fix_m_probability=True),
                levels.ElseLevel().configure(m_probability=1 - agree, fix_m_probability=True),
            ],
        )
        for column, agree in _AGREE.items()
        if column in known
    ]
    return SettingsCreator(
        link_type="dedupe_only",
        # Enough to settle; a level that no true pair has would run towards zero for ever.
        max_iterations=8,
        comparisons=[name, birth, *exact],
        blocking_rules_to_generate_predictions=[
            block_on("paper"),
            block_on("phone"),
            block_on("birth", "given"),
            block_on("birth", "family"),
            block_on("area", "given", "family"),
        ],
    )


def by_splink(facts: dict[int, Facts], least: float, say: Say) -> Iterable[Proposal]:
    """The pairs that splink finds, from this probability on. Raises NotLearntError."""
    import pyarrow
    from splink import DuckDBAPI, Linker

    if len(facts) < 2:
        return
    # What it could not learn of a rare level it says at length; the pairs are looked at by an officer.
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = _rows(facts)
    known = {column for column, values in rows.items() if len({*values} - {None}) > 1}
    # Nothing is fetched: DuckDB runs in memory with the functions it was built with.
    table = DuckDBAPI(":memory:").register(pyarrow.table(rows))
    linker = Linker(table, _settings(known), log_level=None)
    _learn(linker.training, say)
    found = linker.inference.predict(threshold_match_probability=least)
    for row in found.as_record_list():
        one, other = int(row["unique_id_l"]), int(row["unique_id_r"])
        # The reasons are told in the same words whichever way found the pair.
        likeness = compare(facts[one], facts[other])
        yield Proposal(one, other, float(row["match_probability"]), (*likeness.reasons, *likeness.against))


def _learn(training: Any, say: Say) -> None:
    from splink import block_on

    rules = [block_on("paper"), block_on("name", "birth"), block_on("phone", "name")]
    try:
        training.estimate_probability_two_random_records_match(rules, recall=0.8)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for told, rule in (
            ("day of birth", block_on("birth")),
            ("name", block_on("name")),
            ("address", block_on("area", "address")),
        ):
            say(f"learning from pairs of the same {told}")
            training.estimate_parameters_using_expectation_maximisation(rule)
    except ValueError as error:
        # Of a register with too few doubles there is nothing to learn, and its numbers run out of bounds.
        raise NotLearntError("the register holds too few doubles to learn from") from error
