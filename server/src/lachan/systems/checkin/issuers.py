"""Whose HC1 certificates count: the issuers' public keys, which the Ministry obtains and the installation is given.

`LACHAN_CERTIFICATE_KEYS` names a JSON file, key id (16 hex digits) to public key (SubjectPublicKeyInfo, base64).
Without it a gate says of every certificate that it can't be checked, never that it is good.
"""

import base64
import json
import os
from functools import cache
from pathlib import Path


@cache
def keys() -> dict[bytes, bytes]:
    """Key id to public key (DER). Raises ValueError when the file is not as told above."""
    name = os.environ.get("LACHAN_CERTIFICATE_KEYS", "")
    if not name:
        return {}
    try:
        given = json.loads(Path(name).read_text(encoding="utf-8"))
        return {bytes.fromhex(kid): base64.b64decode(key, validate=True) for kid, key in given.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{name} must map key ids in hex to public keys in base64") from error
