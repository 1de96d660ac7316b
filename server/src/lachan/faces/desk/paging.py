"""Which page of a list the address asks for."""

from django.http import HttpRequest


def pager(request: HttpRequest, total: int, size: int) -> dict[str, int]:
    """What desk/pager.html needs for the page that the address asks for; `start` is how many rows come before it."""
    text = request.GET.get("page", "")
    pages = max(1, -(-total // size))
    at = min(max(1, int(text)) if text.isdigit() and len(text) < 6 else 1, pages)
    start = (at - 1) * size
    return {
        "start": start,
        "total": total,
        "first": start + 1,
        "last": min(start + size, total),
        "earlier": at - 1,
        "later": at + 1 if at < pages else 0,
    }
