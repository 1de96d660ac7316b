"""Why something was refused; nothing of it was stored."""

from http import HTTPStatus

from lachan.register.access.views import wait_words


class Refused(Exception):  # noqa: N818  named for what happened
    """`code` is for programs, str() a sentence for the reader; `at` names the field. `wait`: seconds until a limit lets
    the sender through."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        at: str | None = None,
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
        wait: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.at, self.status, self.wait = code, at, status, wait


def too_many(code: str, message: str, wait: int) -> Refused:
    """Over a limit; `message` says %(wait)s in words."""
    said = message % {"wait": wait_words(wait)}
    return Refused(code, said, status=HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
