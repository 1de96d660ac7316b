"""`lachan-proximity`: risk, keys, capture, distance and the device's agent on the command line."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lachan_proximity.risk.profile import ConfigError, RiskProfile, read_document
from lachan_proximity.risk.score import assess
from lachan_proximity.risk.summary import SummaryConfig, summaries
from lachan_proximity.risk.windows import day_of, read_windows, result_json

# The published cases' expectations beside our names for them.
_EXPECTED = {
    "expTotalRiskLevel": "totalRiskLevel",
    "expAgeOfMostRecentDateWithLowRisk": "ageOfMostRecentDateWithLowRisk",
    "expAgeOfMostRecentDateWithHighRisk": "ageOfMostRecentDateWithHighRisk",
    "expNumberOfDaysWithLowRisk": "numberOfDaysWithLowRisk",
    "expNumberOfDaysWithHighRisk": "numberOfDaysWithHighRisk",
    "expTotalMinimumDistinctEncountersWithLowRisk": "totalMinimumDistinctEncountersWithLowRisk",
    "expTotalMinimumDistinctEncountersWithHighRisk": "totalMinimumDistinctEncountersWithHighRisk",
}


def _risk(options: argparse.Namespace) -> int:
    today = day_of(options.today)
    windows_document = read_document(options.windows)
    documents = [read_document(path) for path in options.config]
    merged: dict[str, Any] = {}
    for document in documents:
        if not isinstance(document, Mapping):
            raise ConfigError("a configuration is a mapping of names to values")
        merged = dict(document) | merged
    keys = {str(name).replace("-", "").lower() for name in merged}
    if "attenuationbucketthresholddb" in keys:
        config = SummaryConfig.parse(merged)
        rows = windows_document.get("exposureWindows") if isinstance(windows_document, Mapping) else windows_document
        days = summaries(config, read_windows(rows, None, today), today=today)
        _print({"daySummaries": [vars(day) | {"date": _iso(day.day), "ageInDays": today - day.day} for day in days]})
        return 0
    profile = RiskProfile.load(options.config)
    for sentence in profile.assumed:
        print(f"note: {sentence}", file=sys.stderr)  # noqa: T201
    if isinstance(windows_document, Mapping) and "testCases" in windows_document:
        return _cases(profile, windows_document["testCases"], today)
    rows = windows_document.get("exposureWindows") if isinstance(windows_document, Mapping) else windows_document
    result = assess(profile, read_windows(rows, profile, today), today=today)
    _print(result_json(profile, result, today, options.language))
    return 0


def _cases(profile: RiskProfile, cases: Any, today: int) -> int:
    """Published cases in one file: each result beside what was expected. Exit code 1 where one differs."""
    if not isinstance(cases, list) or not all(isinstance(case, Mapping) for case in cases):
        raise ConfigError("testCases is a list of objects with exposureWindows")
    listed, failed = [], 0
    for nth, case in enumerate(cases):
        windows = read_windows(case.get("exposureWindows"), profile, today, f"testCases[{nth}].exposureWindows")
        result = result_json(profile, assess(profile, windows, today=today), today)
        wrong = {
            ours: {"expected": case[theirs], "got": result[ours]}
            for theirs, ours in _EXPECTED.items()
            if theirs in case and case[theirs] != result[ours]
        }
        failed += bool(wrong)
        listed.append(
            {"description": case.get("description", ""), "agrees": not wrong, "differs": wrong, "result": result}
        )
    _print({"cases": len(listed), "agree": len(listed) - failed, "testCases": listed})
    return 1 if failed else 0


def _iso(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def _print(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))  # noqa: T201


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"a day as 2026-03-12, not {text!r}") from wrong


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lachan-proximity", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    risk = verbs.add_parser(
        "risk",
        help="exposure windows to a risk, as JSON",
        description="Score exposure windows by a published configuration and print the result as JSON.",
    )
    risk.add_argument(
        "--config", type=Path, action="append", required=True, help="YAML or JSON; may be given several times"
    )
    risk.add_argument("--windows", type=Path, required=True, help="JSON or YAML: exposureWindows, or testCases")
    risk.add_argument("--today", type=_date, default=datetime.now(UTC).date(), help="the UTC day ages count from")
    risk.add_argument("--language", choices=("vi", "en"), help="of the sentence that says why; both without it")
    risk.set_defaults(run=_risk)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with a plain sentence on stderr where the input cannot be used."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ConfigError, ValueError) as wrong:
        print(f"lachan-proximity {options.verb}: {wrong}", file=sys.stderr)  # noqa: T201
        return 2


if __name__ == "__main__":
    sys.exit(main())
