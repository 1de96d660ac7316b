"""The source is part of every trace, and no route pulls a history from a device."""

from lachan.ground.platform.api import endpoints
from lachan.response.tracing.sources import registered
from lachan.systems.proximity import api, key_api
from lachan.systems.proximity.contact_source import ProximitySource


def test_the_source_is_registered() -> None:
    assert any(isinstance(source, ProximitySource) for source in registered())


def test_no_route_asks_a_device_for_its_history() -> None:
    """Everything a device hands over is a POST it starts itself; what it fetches is the same for everybody."""
    assert api and key_api, "endpoints register by being imported"
    mine = {(each.method, each.path) for each in endpoints() if each.path.startswith("/api/v1/proximity/")}
    root = "/api/v1/proximity/"
    assert mine == {
        ("GET", f"{root}key"),
        ("GET", f"{root}keys/index.txt"),
        ("GET", f"{root}keys/{{name}}"),
        ("GET", f"{root}log"),
        ("GET", f"{root}settings"),
        ("POST", f"{root}certificate"),
        ("POST", f"{root}heard"),
        ("POST", f"{root}publish"),
        ("POST", f"{root}revoke"),
        ("POST", f"{root}statements"),
        ("POST", f"{root}statements/{{key}}/withdraw"),
        ("POST", f"{root}verify"),
    }
