"""Why something was refused; nothing of it was stored."""

from http import HTTPStatus


class Refused(Exception):  # noqa: N818  named for what happened
    """`code` is for programs, str() a sentence for the reader; `at` names the field."""

    def __init__(
        self, code: str, message: str, *, at: str | None = None, status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    ) -> None:
        super().__init__(message)
        self.code, self.at, self.status = code, at, status
