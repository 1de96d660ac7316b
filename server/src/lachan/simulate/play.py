"""The desk at work on the world."""


def play(*a: object, **k: object) -> None: ...
