"""The outside data tests check against; absent outside the workshop, so its tests skip with a plain message."""

import os
from pathlib import Path

import pytest


def vectors(*parts: str) -> Path:
    """The file or folder of that name under `LACHAN_VECTORS` (default: shared/vectors beside the checkout), or skip."""
    checkout = Path(__file__).resolve().parents[4]
    root = Path(os.environ.get("LACHAN_VECTORS") or checkout.parent / "shared" / "vectors")
    found = root.joinpath(*parts)
    if not found.exists():
        pytest.skip(f"outside test data is not here: {found} (set LACHAN_VECTORS)")
    return found
