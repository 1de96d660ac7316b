"""What a device heard, kept on the device: encrypted, indexed, erased on its date, with a ledger of when it listened.

Why it is sealed this way: docs/adr, "Each day's sightings under a key of their own".
"""

from lachan_proximity.sightings.sighting import Sighting
from lachan_proximity.sightings.store import Sightings, StoreError
from lachan_proximity.sightings.vault import Vault, VaultError

__all__ = ["Sighting", "Sightings", "StoreError", "Vault", "VaultError"]
