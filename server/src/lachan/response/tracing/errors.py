"""What can be wrong with a trace or a decision. str() is a sentence for the officer."""


class TracingError(Exception):
    """A trace or decision that cannot be made. `field` names the field to mend, or is None."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NothingToTrace(TracingError):  # noqa: N818  named for what it is
    """The outbreak has no probable or confirmed case."""


class DecisionConflict(TracingError):  # noqa: N818  named for what it is
    """Another officer decided on this contact since the page was drawn."""
