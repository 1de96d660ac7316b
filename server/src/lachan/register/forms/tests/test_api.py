"""The form in force over the API."""

import jsonschema_rs
import pytest
from django.test import Client
from django.utils import timezone

from lachan.register.forms import actions
from lachan.register.forms.document import read
from lachan.register.forms.validate import today, validate

pytestmark = pytest.mark.django_db


def test_the_form_in_force_comes_with_what_is_needed_to_ask_and_check_it(client: Client) -> None:
    actions.load_forms()
    response = client.get("/api/v1/forms/checkin-health")
    form = response.json()
    assert (form["code"], form["number"]) == ("checkin-health", 1)
    answers = {"symptoms": ["fever"], "since": today(timezone.now()).isoformat(), "contact": "no"}
    result = validate(read(form["document"]), answers, on=today())
    assert result.ok
    jsonschema_rs.validate(form["answers"], result.values)
    again = client.get("/api/v1/forms/checkin-health", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_form_is_refused_in_the_users_language(client: Client) -> None:
    vi = client.get("/api/v1/forms/no-such", headers={"Accept-Language": "vi"})
    en = client.get("/api/v1/forms/no-such", headers={"Accept-Language": "en"})
    assert vi.status_code == en.status_code == 404
    assert vi.json()["error"]["message"] == "Không có tờ khai nào đang dùng mang mã này."
    assert en.json()["error"]["message"] == "No form with this code is in force."
