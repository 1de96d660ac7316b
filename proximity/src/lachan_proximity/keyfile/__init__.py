"""Signed export files of diagnosis keys, in the zip format of Google and Apple.

`read` verifies and parses a file, `write` makes one, `plan` decides what goes in which file (embargo, padding, order).
"""

from lachan_proximity.keyfile.archive import KeyFileError, Signer, Verifier, read, write
from lachan_proximity.keyfile.batch import NO_ONSET, Export, KeyBatch, ReportType
from lachan_proximity.keyfile.plan import ExportRules, Planned, chaff_like, plan

__all__ = [
    "NO_ONSET",
    "Export",
    "ExportRules",
    "KeyBatch",
    "KeyFileError",
    "Planned",
    "ReportType",
    "Signer",
    "Verifier",
    "chaff_like",
    "plan",
    "read",
    "write",
]
