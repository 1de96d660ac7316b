"""Outside vectors: folder `LACHAN_VECTORS`, else `shared/vectors` beside the repository; else such tests skip."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "vectors"


def vector_path(relative: str) -> Path:
    path = Path(os.environ.get("LACHAN_VECTORS", _DEFAULT)) / relative
    if not path.exists():
        pytest.skip(f"no outside vector {path}; name the folder in LACHAN_VECTORS")
    return path


@pytest.fixture
def vectors() -> Callable[[str], Path]:
    return vector_path


@pytest.fixture
def json_vectors() -> Callable[[str], Any]:
    return lambda relative: json.loads(vector_path(relative).read_text(encoding="utf-8"))
