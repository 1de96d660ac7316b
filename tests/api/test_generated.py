"""Generated requests against the served OpenAPI document: no server error, and every answer as documented.

A case is one HTTP request sent to the web process and checked. At least CASES are sent in total: every operation gets
an equal share, half of it well-formed and half of it broken, with a signed-in device and without one. The share of an
operation that has little to vary (no body, no parameter) runs out early; the rest is then asked of the others, with the
next seed. Each test run sends the same cases: hypothesis is seeded.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Town

CASES = 2000
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROUNDS = 12


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::hypothesis.errors.HypothesisWarning")
def test_generated_requests_get_documented_answers(town: Town, record_property: Callable[[str, object], None]) -> None:
    document = schemathesis.openapi.from_url(f"{town.site.url}/api/openapi.json")
    # Signing out ends the device the other cases use, so it comes last.
    operations = sorted((r.ok() for r in document.get_all_operations()), key=lambda op: op.path.endswith("/end"))
    assert operations
    sent: Counter[str] = Counter()
    answers: Counter[int] = Counter()
    device = {"Authorization": f"Bearer {town.new_token()}"}
    share = -(-CASES // (len(operations) * 4))
    for number in range(ROUNDS):
        for index, operation in enumerate(operations):
            for way, (mode, headers) in enumerate(product(GenerationMode, (device, {}))):
                count = share if number == 0 else min(share, CASES - sent.total())
                rank = number * 10_000 + index * 10 + way
                for status in _send(operation, mode, headers, count, seed_of=rank, town=town):
                    sent[operation.label] += 1
                    answers[status] += 1
        if sent.total() >= CASES:
            break
    assert sent.total() >= CASES, sent
    assert set(sent) == {operation.label for operation in operations}
    assert min(answers[status] for status in (200, 201, 401, 404, 422)) > 0, answers
    record_property("cases", dict(sent))
    record_property("answers", dict(sorted(answers.items())))


def _make_real(case: Any, town: Town) -> None:
    """Put a place, a form and a time that exist into a well-formed case: good answers are checked as well."""
    if case.path == "/api/v1/checkins":
        now = datetime.now(UTC).isoformat()
        case.body = {**case.body, "code": town.place_code, "at": now, "sent_at": now, "person": town.hanh_key}
    elif case.path == "/api/v1/places/{code}":
        case.path_parameters["code"] = town.place_code
    elif case.path == "/api/v1/forms/{code}":
        case.path_parameters["code"] = "checkin-health"


def _send(
    operation: Any, mode: GenerationMode, headers: dict[str, str], count: int, *, seed_of: int, town: Town
) -> list[int]:
    """Send that many cases at most; the statuses answered. Raises on a failed check."""
    statuses: list[int] = []
    if count <= 0:
        return statuses

    @seed(seed_of)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def one(case: Any, real: bool) -> None:
        if real and mode is GenerationMode.POSITIVE:
            _make_real(case, town)
        response = case.call(headers=headers)
        statuses.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    try:
        one()
    except hypothesis.errors.Unsatisfiable:
        # Nothing can be broken where nothing is sent.
        assert mode is GenerationMode.NEGATIVE
    return statuses
