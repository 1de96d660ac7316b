"""The published configuration, the published cases' kinds with their results by hand, and what the command says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lachan_proximity import cli
from lachan_proximity.encounters import ExposureWindow, Infectiousness, ScanInstance
from lachan_proximity.keyfile import ReportType
from lachan_proximity.risk import ConfigError, Range, RiskLevel, RiskProfile, assess
from lachan_proximity.risk.summary import SummaryConfig, summaries
from lachan_proximity.risk.why import explain

Paths = Callable[[str], Path]
TODAY = 20_500
CONFIG = "ble/cwa/risk-calculation-parameters-1.15.yaml"
VALUES = "ble/cwa/presence-tracing-parameters.yaml"


@pytest.fixture
def published(vectors: Paths) -> RiskProfile:
    return RiskProfile.load([vectors(CONFIG), vectors(VALUES)])


def window(
    age: int, report: int, infectious: int, scans: tuple[tuple[int, int], ...], confidence: int = 0
) -> ExposureWindow:
    listed = tuple(ScanInstance(low, low, seconds) for low, seconds in scans)
    return ExposureWindow(TODAY - age, ReportType(report), Infectiousness(infectious), confidence, listed)


def test_the_published_configuration_is_read(published: RiskProfile, vectors: Paths) -> None:
    assert published.assumed == ()
    assert published.max_age_days == 10
    assert published.trl_values == {1: 0, 2: 0, 3: 0.6, 4: 0.8, 5: 1, 6: 1.2, 7: 1.4, 8: 1.6}
    assert published.attenuation_weights[0] == (Range(0, 63, high_excluded=True), 0.8)
    assert published.day_levels == ((Range(5, 9, high_excluded=True), 1), (Range(9, 99_999), 2))
    alone = RiskProfile.load([vectors(CONFIG)])
    assert alone.trl_values == published.trl_values
    assert "transmission-risk-value-mapping" in alone.assumed[0]


# The 29 published cases of corona-warn-app/cwa-app-android (exposure-windows-risk-calculation.json @010b454), as facts:
# windows (age, report type, infectiousness, scans of (minimum attenuation, seconds), calibration confidence) to
# (total, age of newest low, high, days low, high, encounters low, high). The last seven are ours, by hand.
TWO_OF_7 = ((30, 420), (30, 420))
TWO_OF_5 = ((30, 300), (30, 300))
FIVE = ((65, 300),)
CASES: list[tuple[str, list[Any], tuple[Any, ...]]] = [
    ("just under ten minutes", [(1, 2, 2, ((30, 300), (30, 299)))], (2, None, 1, 0, 1, 0, 1)),
    ("ten minutes", [(1, 2, 2, TWO_OF_5)], (2, None, 1, 0, 1, 0, 1)),
    ("73 dB counts a tenth", [(1, 2, 2, ((73, 3000),))], (1, 1, None, 1, 0, 1, 0)),
    ("72 dB counts whole", [(1, 2, 2, ((72, 300), (72, 300)))], (2, None, 1, 0, 1, 0, 1)),
    ("level 2 is worth nothing", [(1, 4, 2, TWO_OF_5)], (1, None, None, 0, 0, 0, 0)),
    ("level 3 is worth something", [(1, 3, 1, ((30, 300),) * 3)], (1, 1, None, 1, 0, 1, 0)),
    ("below five", [(1, 2, 1, ((65, 299),))], (1, None, None, 0, 0, 0, 0)),
    ("five", [(1, 2, 1, FIVE)], (1, 1, None, 1, 0, 1, 0)),
    ("below nine", [(1, 2, 1, ((65, 539),))], (1, 1, None, 1, 0, 1, 0)),
    ("nine", [(1, 2, 1, ((65, 540),))], (2, None, 1, 0, 1, 0, 1)),
    ("a day without level is no day", [(2, 2, 1, ((65, 299),)), (3, 2, 1, FIVE)], (1, 3, None, 1, 0, 1, 0)),
    ("newest low", [(age, 2, 1, FIVE) for age in (3, 2, 4)], (1, 2, None, 3, 0, 3, 0)),
    ("low: same", [(1, 2, 1, FIVE)] * 2, (2, None, 1, 0, 1, 1, 0)),
    ("low: other confidence", [(1, 2, 1, FIVE), (1, 2, 1, FIVE, 1)], (2, None, 1, 0, 1, 2, 0)),
    ("low: other level", [(1, 2, 1, FIVE), (1, 2, 2, FIVE)], (2, None, 1, 0, 1, 2, 0)),
    ("low: other day", [(1, 2, 2, FIVE), (2, 2, 2, FIVE)], (1, 1, None, 2, 0, 2, 0)),
    ("low windows add up to high", [(1, 3, 1, TWO_OF_5)] * 3, (2, None, 1, 0, 1, 1, 0)),
    ("newest high", [(age, 1, 2, TWO_OF_7) for age in (3, 2, 4)], (2, None, 2, 0, 3, 0, 3)),
    ("high: same", [(1, 1, 2, TWO_OF_7)] * 2, (2, None, 1, 0, 1, 0, 1)),
    ("high: other confidence", [(1, 1, 2, TWO_OF_7), (1, 1, 2, TWO_OF_7, 1)], (2, None, 1, 0, 1, 0, 2)),
    ("high: other level", [(1, 1, 2, TWO_OF_7), (1, 1, 1, TWO_OF_7)], (2, None, 1, 0, 1, 0, 2)),
    ("high: other day", [(1, 1, 2, TWO_OF_7), (2, 1, 2, TWO_OF_7)], (2, None, 1, 0, 2, 0, 2)),
    ("one high is high", [(2, 2, 1, FIVE), (1, 1, 2, TWO_OF_7)], (2, 2, 1, 1, 1, 1, 1)),
    ("no windows", [], (1, None, None, 0, 0, 0, 0)),
    ("no scans", [(1, 2, 2, ())], (1, None, None, 0, 0, 0, 0)),
    ("attenuation 0", [(1, 2, 1, ((0, 300), (65, 300)))], (2, None, 1, 0, 1, 0, 1)),
    ("0 seconds", [(1, 2, 1, ((70, 0), (70, 300), (70, 300)))], (2, None, 1, 0, 1, 0, 1)),
    ("time travel", [(1, 2, 1, ((25, -86_160), (25, 300), (25, 300), (25, 300)))], (2, None, 1, 0, 1, 0, 1)),
    (
        "parts that make nine",
        [(1, 2, 2, ((73, 300),), 3), (1, 2, 2, ((72, 240),), 3), (1, 2, 2, ((70, 180),), 3)],
        (2, None, 1, 0, 1, 1, 0),
    ),
    ("ours: beyond 79 dB nothing counts", [(1, 2, 2, ((79, 30_000),))], (1, None, None, 0, 0, 0, 0)),
    ("ours: a year of contact", [(1, 1, 2, ((30, 31_536_000),))], (1, None, None, 0, 0, 0, 0)),
    ("ours: low and high days", [(3, 2, 1, FIVE), (2, 2, 1, FIVE), (4, 1, 2, TWO_OF_7)], (2, 2, 4, 2, 1, 2, 1)),
    ("ours: eleven days old", [(11, 1, 2, TWO_OF_7)], (1, None, None, 0, 0, 0, 0)),
    ("ours: ten days old", [(10, 1, 2, TWO_OF_7)], (2, None, 10, 0, 1, 0, 1)),
    ("ours: infectiousness none counts as standard", [(1, 2, 0, ((65, 540),))], (2, None, 1, 0, 1, 0, 1)),
    ("ours: tenths add up", [(1, 2, 1, ((65, 6 * n),)) for n in (1, 2, 47)], (1, 1, None, 1, 0, 1, 0)),
]


@pytest.mark.parametrize(("name", "rows", "expected"), CASES, ids=[case[0] for case in CASES])
def test_cases(published: RiskProfile, name: str, rows: list[Any], expected: tuple[Any, ...]) -> None:
    result = assess(published, [window(*row) for row in rows], today=TODAY)
    low, high = result.days_of(RiskLevel.LOW), result.days_of(RiskLevel.HIGH)
    assert (
        int(result.total),
        TODAY - low[0].day if low else None,
        TODAY - high[0].day if high else None,
        len(low),
        len(high),
        sum(day.low_encounters for day in result.days if day.level),
        sum(day.high_encounters for day in result.days if day.level),
    ) == expected


@pytest.mark.parametrize("other", [{"confidence": 1}, {"infectious": 2}, {"age": 2}])
def test_encounters_differ_by_confidence_level_or_day(published: RiskProfile, other: dict[str, int]) -> None:
    kept = {"age": 1, "infectious": 1, "confidence": 0} | other
    two = window(kept["age"], 2, kept["infectious"], FIVE, kept["confidence"])
    days = assess(published, [window(1, 2, 1, FIVE), two], today=TODAY).days
    assert sum(day.low_encounters for day in days) == 2


def test_filters_drop_with_a_reason(published: RiskProfile) -> None:
    document = {
        "minutesAtAttenuationFilters": [
            {
                "attenuationRange": {"min": 0, "max": 73, "maxExclusive": True},
                "dropIfMinutesInRange": {"min": 0, "max": 10, "maxExclusive": True},
            }
        ],
        "trlFilters": [{"dropIfTrlInRange": {"min": 1, "max": 2}}],
        "minutesAtAttenuationWeights": [{"attenuationRange": {"min": 0, "max": 73}, "weight": 1}],
        "normalizedTimePerEWToRiskLevelMapping": [{"normalizedTimeRange": {"min": 0, "max": 99}, "riskLevel": 2}],
        "normalizedTimePerDayToRiskLevelMapping": [{"normalizedTimeRange": {"min": 0, "max": 99}, "riskLevel": 2}],
        "trlEncoding": {
            "infectiousnessOffsetStandard": 1,
            "infectiousnessOffsetHigh": 2,
            "reportTypeOffsetRecursive": 0,
            "reportTypeOffsetSelfReport": 2,
            "reportTypeOffsetConfirmedClinicalDiagnosis": 4,
            "reportTypeOffsetConfirmedTest": 6,
        },
    }
    profile = RiskProfile.parse({"defaultRiskCalculationConfiguration": document})
    result = assess(
        profile, [window(1, 1, 1, ((50, 599),)), window(1, 4, 2, ((50, 900),)), window(1, 1, 1, ((50, 600),))]
    )
    assert [bool(risk.dropped) for risk in result.windows] == [True, True, False]
    assert "9.98333 minutes" in result.windows[0].dropped
    assert "level 2" in result.windows[1].dropped
    with pytest.raises(ValueError, match="REVOKED"):
        assess(profile, [window(1, 5, 1, ((50, 600),))])


def test_daily_summaries(vectors: Paths) -> None:
    config = SummaryConfig(
        (30, 50, 70), (2.0, 1.5, 1.0, 0.0), {1: 1.0, 2: 2.0}, {1: 1.0, 2: 0.5}, minimum_window_score=200, days=3
    )
    rows = [
        window(1, 1, 2, ((30, 100), (31, 100))),  # (200 + 150) × 2 × 1 = 700
        window(1, 2, 1, ((70, 600), (71, 600))),  # 600 × 1 × 0.5 = 300
        window(1, 1, 1, ((70, 199),)),  # below the minimum
        window(2, 1, 0, ((10, 900),)),  # not infectious
        window(4, 1, 2, ((10, 900),)),  # too old
    ]
    found = summaries(config, rows, today=TODAY)
    assert [(d.day, d.maximum_score, d.score_sum, d.weighted_duration_sum) for d in found] == [
        (TODAY - 1, 700, 1000, 950)
    ]
    published = SummaryConfig.parse(
        __import__("yaml").safe_load(vectors("ble/cwa/daily-summaries-config.yaml").read_text())
    )
    assert published.thresholds == (30, 50, 70)


def write(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


WINDOW = {
    "ageInDays": 2,
    "reportType": 1,
    "infectiousness": 2,
    "calibrationConfidence": 3,
    "scanInstances": [{"minAttenuation": 60, "typicalAttenuation": 65, "secondsSinceLastScan": 420}] * 2,
}


def test_the_command_prints_json(vectors: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    windows = write(tmp_path / "windows.json", {"exposureWindows": [WINDOW]})
    arguments = ["risk", "--config", str(vectors(CONFIG)), "--config", str(vectors(VALUES)), "--windows", windows]
    assert cli.main([*arguments, "--today", "2026-03-12"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["totalRiskLevel"], out["risk"], out["mostRecentDateWithHighRisk"]) == (2, "high", "2026-03-10")
    assert out["days"][0]["normalizedTime"] == 17.92  # 14 min × 0.8 × 1.6
    assert out["why"]["en"].startswith("On 10 March 2026, you were near a person")
    assert out["why"]["vi"].startswith("Ngày 10/3/2026, bạn ở gần một người")


def test_the_command_checks_published_cases(vectors: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = {
        "description": "one",
        "exposureWindows": [WINDOW],
        "expTotalRiskLevel": 2,
        "expAgeOfMostRecentDateWithHighRisk": 2,
    }
    bad = {"description": "two", "exposureWindows": [], "expTotalRiskLevel": 2}
    arguments = ["risk", "--config", str(vectors(CONFIG)), "--windows"]
    assert cli.main([*arguments, write(tmp_path / "good.json", {"testCases": [good]})]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["agree"] == 1
    assert "transmission-risk-value-mapping" in said.err
    assert cli.main([*arguments, write(tmp_path / "bad.json", {"testCases": [good, bad]})]) == 1
    assert json.loads(capsys.readouterr().out)["testCases"][1]["differs"] == {
        "totalRiskLevel": {"expected": 2, "got": 1}
    }


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"reportType": 9}, "exposureWindows[0].reportType"),
        ({"infectiousness": None}, "neither infectiousness nor daysSinceOnset"),
        ({"ageInDays": None}, "no date"),
        ({"ageInDays": 1.5}, "exposureWindows[0].ageInDays"),
        ({"ageInDays": None, "date": "12/3"}, "2026-03-12"),
        ({"scanInstances": 3}, "exposureWindows[0].scanInstances is a list"),
        ({"scanInstances": [{"minAttenuation": 3}]}, "scanInstances[0] has no secondsSinceLastScan"),
        ({"scanInstances": [4]}, "scanInstances[0] is an object"),
    ],
)
def test_wrong_windows_are_named(
    vectors: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], place: str
) -> None:
    windows = write(tmp_path / "windows.json", [WINDOW | change])
    assert cli.main(["risk", "--config", str(vectors(CONFIG)), "--windows", windows]) == 2
    assert place in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "mapping"),
        ("a: [", "neither JSON nor YAML"),
        ("a: 1", "no trlencoding"),
        ("trl-encoding: {}", "no minutesatattenuationweights"),
    ],
)
def test_wrong_configurations_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "config.yaml").write_text(text)
    windows = write(tmp_path / "windows.json", [])
    assert cli.main(["risk", "--config", str(tmp_path / "config.yaml"), "--windows", windows]) == 2
    assert said in capsys.readouterr().err.lower().replace("neither json nor yaml", "neither JSON nor YAML")


def test_the_shipped_profile_knows_fifteen_minutes_and_the_second_order() -> None:
    profile = RiskProfile.shipped()
    assert (profile.name, profile.version, profile.assumed) == ("lachan-respiratory", "1", ())
    assert profile.infectiousness_by_day[-3] == 1
    assert profile.infectiousness_by_day.get(10, 0) == 0
    for seconds, level in ((899, RiskLevel.LOW), (900, RiskLevel.HIGH)):
        assert assess(profile, [window(1, 1, 1, ((50, seconds),))], today=TODAY).total == level
    half = assess(profile, [window(1, 4, 2, ((50, 1799),))], today=TODAY)
    assert (half.total, half.days[0].level) == (RiskLevel.LOW, RiskLevel.LOW)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    rows = [{"attenuationRange": {"min": 9, "max": 3}, "weight": 1}]
    with pytest.raises(ConfigError, match="begins at 9"):
        RiskProfile.parse({"trlEncoding": {"a": 1}, "minutesAtAttenuationWeights": rows})


def test_the_sentence_says_part_of_day_only_when_allowed(published: RiskProfile) -> None:
    start = TODAY * 86_400 - 86_400 + 8 * 3600  # 15:00 in Viet Nam
    near = ExposureWindow(
        TODAY - 1, ReportType.CONFIRMED_TEST, Infectiousness.HIGH, 0, (ScanInstance(50, 50, 900),), start
    )
    result = assess(published, [near], today=TODAY)
    assert "afternoon" not in explain(result, today=TODAY, language="en")
    said = explain(result, today=TODAY, language="en", near=0.8, show_part_of_day=True)
    assert "in the afternoon, you were near a person" in said
    assert "about 15 minutes in all, probably within 2 metres: high risk." in said
    assert "buổi chiều" in explain(result, today=TODAY, near=0.5, show_part_of_day=True)
    assert "chưa ghi nhận" in explain(assess(published, [], today=TODAY), today=TODAY)
