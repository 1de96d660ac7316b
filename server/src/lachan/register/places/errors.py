"""What this room refuses, in words for whoever asked."""


class RefusedError(Exception):
    """The change is not possible; the text says why and what to do, in the user's language. `field` names the input."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field
