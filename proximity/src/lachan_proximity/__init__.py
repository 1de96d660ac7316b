"""Bluetooth proximity for Lá Chắn: protocol, store, matching, risk, radios, agent. No Django."""
