"""`lachan-proximity`: the device's agent, a check of key files, and risk by a published configuration."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lachan_proximity import cli_sharing
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
        print(f"note: {sentence}", file=sys.stderr)
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


def _run(options: argparse.Namespace) -> int:
    from lachan_proximity import calibration
    from lachan_proximity.agent.core import Settings
    from lachan_proximity.agent.run import RunOptions, run

    table = calibration.load(options.calibration) if options.calibration else None
    passphrase = None
    if options.passphrase_file is not None:
        passphrase = options.passphrase_file.read_text(encoding="utf-8").strip()
    return run(
        RunOptions(
            transport=options.transport,
            data=options.data,
            port=None if options.no_page else options.port,
            retention_days=options.retention_days,
            language=options.language or "vi",
            settings=Settings(calibration=calibration.of_model(options.model, table)),
            passphrase=passphrase,
            seconds=options.seconds,
            server=options.server,
            public_key=options.public_key.read_bytes() if options.public_key else None,
            region=options.region,
            part_of_day=options.part_of_day,
        ),
        lambda text: print(text, flush=True),
    )


def _check(options: argparse.Namespace) -> int:
    """Key files against this device's store; prints what it means, sends nothing."""
    from lachan_proximity import calibration
    from lachan_proximity.agent.checking import examined
    from lachan_proximity.keyfile import Verifier, read
    from lachan_proximity.sightings import Sightings, Vault

    if not (options.data / "sightings.sqlite").exists():
        raise ConfigError(f"{options.data} holds no sightings; run the agent there first")
    verifier = Verifier.load(options.public_key.read_bytes(), options.key_id)
    exports = [read(path.read_bytes(), [verifier], region=options.region) for path in options.keys]
    passphrase = options.passphrase_file.read_text(encoding="utf-8").strip() if options.passphrase_file else None
    store = Sightings(options.data / "sightings.sqlite", Vault(options.data / "lock.json", passphrase))
    today = day_of(options.today)
    profile = RiskProfile.load(options.config) if options.config else RiskProfile.shipped()
    document = examined(
        store,
        exports,
        profile,
        today=today,
        receiver=calibration.of_model(options.model),
        part_of_day=options.part_of_day,
    )
    store.close()
    _print(document)
    return 0


def _pair(options: argparse.Namespace) -> int:
    """Show a phone how this device is doing, as a QR code of a link; nothing is sent anywhere.

    With key files that the agent fetched, the warning and the answers that could be sent go along.
    """
    from lachan_proximity import calibration
    from lachan_proximity.agent import sharing
    from lachan_proximity.agent.checking import examined
    from lachan_proximity.agent.library import FILES, Library
    from lachan_proximity.agent.pairing import link, told
    from lachan_proximity.sightings import Sightings, Vault

    if not (options.data / "sightings.sqlite").exists():
        raise ConfigError(f"{options.data} holds no sightings; run the agent there first")
    checked = json.loads(options.checked.read_text(encoding="utf-8")) if options.checked else None
    passphrase = options.passphrase_file.read_text(encoding="utf-8").strip() if options.passphrase_file else None
    store = Sightings(options.data / "sightings.sqlite", Vault(options.data / "lock.json", passphrase))
    now, receiver = datetime.now(UTC), calibration.of_model(options.model)
    library = Library(options.data / FILES)
    exports = list(library.exports())
    if checked is None and exports:
        checked = examined(store, exports, library.profile(), today=day_of(now.date()), receiver=receiver)
    statements = sharing.statements(store, exports, receiver)
    address = link(options.server, told(store, now.timestamp(), checked, statements))
    store.close()
    try:
        import segno
    except ImportError:
        print("pip install 'lachan-proximity[qr]' draws this link as a QR code:", file=sys.stderr)
    else:
        segno.make(address, error="l").terminal(compact=True)
    print(address)
    return 0


def _iso(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def _print(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


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

    run = verbs.add_parser(
        "run", help="the device's agent", description="Advertise, listen, keep and forget, until told to stop."
    )
    run.add_argument(
        "--transport",
        required=True,
        help="usb:0, serial:/dev/ttyAMA0, tcp-client:HOST:PORT, … (Bumble's names), replay:FILE.btsnoop or simulated:5",
    )
    run.add_argument("--data", type=Path, default=Path.home() / ".lachan-proximity", help="the folder of the store")
    run.add_argument("--port", type=int, default=8737, help="of the status page on 127.0.0.1")
    run.add_argument("--no-page", action="store_true", help="no status page")
    run.add_argument("--model", default="", help="this device's model, for its calibration")
    run.add_argument("--calibration", type=Path, help="CSV: model, rssi_correction, tx, calibration_confidence")
    run.add_argument("--retention-days", type=int, default=14, help="14, or 21 where the profile says so")
    run.add_argument("--passphrase-file", type=Path, help="the passphrase of the key file, from a file")
    run.add_argument("--language", choices=("vi", "en"))
    run.add_argument("--seconds", type=float, help="stop after so long")
    run.add_argument("--server", help="https://…: fetch key files there, compare, send dummies; offline without")
    run.add_argument("--public-key", type=Path, help="PEM of the key to trust; the first one shown without")
    run.add_argument("--region", default="VN", help="of the key files")
    run.add_argument("--part-of-day", action="store_true", help="say the part of the day in a warning too")
    run.set_defaults(run=_run)

    check = verbs.add_parser("check", help="key files against this device's sightings", description=_check.__doc__)
    check.add_argument("keys", type=Path, nargs="+", help="export files")
    check.add_argument("--public-key", type=Path, required=True, help="PEM or DER of the key that signs them")
    check.add_argument("--key-id", required=True)
    check.add_argument("--region", default=None)
    check.add_argument("--config", type=Path, action="append", help="risk configuration; the shipped one without")
    check.add_argument("--data", type=Path, default=Path.home() / ".lachan-proximity")
    check.add_argument("--model", default="")
    check.add_argument("--passphrase-file", type=Path)
    check.add_argument("--today", type=_date, default=datetime.now(UTC).date())
    check.add_argument("--part-of-day", action="store_true", help="say the part of the day too")
    check.set_defaults(run=_check)

    pair = verbs.add_parser("pair", help="a QR code that shows a phone how this device is", description=_pair.__doc__)
    pair.add_argument("--server", required=True, help="the address of the citizens' app, https://…")
    pair.add_argument("--checked", type=Path, help="what `check` printed, to show its warning too")
    pair.add_argument("--data", type=Path, default=Path.home() / ".lachan-proximity")
    pair.add_argument("--model", default="", help="this device's model, for its calibration")
    pair.add_argument("--passphrase-file", type=Path)
    pair.set_defaults(run=_pair)
    cli_sharing.add_verbs(verbs, _date)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with a plain sentence on stderr where the input cannot be used."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, RuntimeError, OSError) as wrong:
        print(f"lachan-proximity {options.verb}: {wrong}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
