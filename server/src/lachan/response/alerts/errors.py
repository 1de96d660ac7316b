"""What can be wrong with a notice. str() is a sentence for the officer."""


class NoticeError(Exception):
    """A notice that cannot be published or changed."""


class WindowGone(NoticeError):  # noqa: N818  named for what it is
    """A window that is not, or no longer, proposed; or that too few people share."""


class ReleaseError(NoticeError):
    """A release that this officer may not decide, or that is decided already."""
