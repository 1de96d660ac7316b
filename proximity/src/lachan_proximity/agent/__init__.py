"""What runs on the device: advertises, listens, keeps, forgets, and shows how it is doing."""

from lachan_proximity.agent.core import Agent, Settings, State, Status

__all__ = ["Agent", "Settings", "State", "Status"]
