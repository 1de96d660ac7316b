"""The roof answers."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_healthz_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
