"""What an action refuses, in the user's words."""


class RefusedError(Exception):
    """`message` says what to do instead, `field` where; `code` is for machines."""

    def __init__(self, message: str, field: str, code: str = "refused") -> None:
        super().__init__(message)
        self.message, self.field, self.code = message, field, code
