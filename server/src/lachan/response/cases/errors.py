"""What can be wrong with a case. Every error carries a sentence that says what to write instead."""


class CaseError(Exception):
    """A change that cannot be made. `field` names the field to mend, or is None; str() is the sentence."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class IllegalTransition(CaseError):  # noqa: N818  named for what it is
    """A status that cannot follow the present one."""


class StaleCase(CaseError):  # noqa: N818  named for what it is
    """Someone else changed the case since the officer looked at it."""


class InfectorError(CaseError):
    """An infector that cannot be: unknown, the case itself, of another outbreak, or one that closes a circle."""
