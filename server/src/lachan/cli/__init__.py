"""The `lachan` command: one verb per job."""

from lachan.cli.main import main

__all__ = ["main"]
