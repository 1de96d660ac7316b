"""The feed that every phone fetches, the key that signs it, and the inbox of a signed-in device."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from lachan.ground.platform import keyring
from lachan.ground.platform.api import ApiError, endpoint, respond
from lachan.register.access.models import Account
from lachan.register.access.tokens import require_device
from lachan.response.alerts import actions, feed, place_notices, queries
from lachan.response.alerts.models import DirectNotice, FeedEdition

OCTETS = "application/octet-stream"
FRESH_S, IMMUTABLE_S, KEY_S = 300, 31_536_000, 86_400


class Jwk(msgspec.Struct):
    """An ECDSA P-256 public key (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    alg: str
    use: str


class Notice(msgspec.Struct):
    """A direct notice. `about` names the ward it is for, null for one's own; `words` is empty once withdrawn.

    `words` by language ("vi", "en"), keys in the order of reading; "{xung_ho}" stands for how the reader is addressed.
    """

    key: UUID
    about: str | None
    issued_at: datetime
    read_at: datetime | None
    withdrawn: bool
    erased_on: str
    words: dict[str, Any]


class Notices(msgspec.Struct):
    """Newest first."""

    notices: list[Notice]


class Done(msgspec.Struct):
    """The moment that counts: the first."""

    at: datetime


class Newest(msgspec.Struct):
    """The number of the newest edition."""

    edition: int


class _SameForAll(ResponseHeaders):
    """Headers of an answer that depends on no cookie and no language, whatever the middlewares looked at: shared caches
    may keep one copy."""

    def __setitem__(self, key: str, value: str | bytes | int) -> None:
        if key.lower() != "vary":
            super().__setitem__(key, value)


def _public(response: HttpResponse) -> HttpResponse:
    response.headers = _SameForAll(dict(response.headers.items()))
    return response


def _edition(edition: FeedEdition, request: HttpRequest, max_age_s: int, *, immutable: bool) -> HttpResponse:
    etag = f'"{edition.number}"'
    caching = f"public, max-age={max_age_s}" + (", immutable" if immutable else "")
    headers = {"ETag": etag, "Cache-Control": caching}
    if etag in {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}:
        return _public(HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers))
    return _public(HttpResponse(_signed(edition), content_type=OCTETS, headers=headers))


@endpoint(
    "GET",
    "/api/v1/notices/feed",
    summary="The signed list of place notices, matched on the phone",
    answer_type=OCTETS,
    statuses={304: "the edition that If-None-Match names is the newest"},
)
def newest_feed(request: HttpRequest) -> HttpResponse:
    edition = queries.newest_edition() or place_notices.publish_edition()
    return _edition(edition, request, FRESH_S, immutable=False)


@endpoint(
    "GET",
    "/api/v1/notices/feed/{number}",
    summary="One edition of the list, which never changes",
    answer_type=OCTETS,
    statuses={304: "not changed: it never does", 404: "no such edition"},
    parameters={"number": {"type": "integer", "minimum": 1}},
)
def feed_edition(request: HttpRequest, number: int) -> HttpResponse:
    edition = FeedEdition.objects.filter(number=number).first()
    if edition is None:
        raise ApiError(
            HTTPStatus.NOT_FOUND, "edition_unknown", _("Không có bản tin số %(number)d.") % {"number": number}
        )
    return _edition(edition, request, IMMUTABLE_S, immutable=True)


@endpoint(
    "GET",
    "/api/v1/notices/newest",
    summary="The number of the newest edition of the list of place notices",
    answer=Newest,
)
def newest_number(request: HttpRequest) -> HttpResponse:
    edition = queries.newest_edition() or place_notices.publish_edition()
    return _public(respond(Newest(edition.number), headers={"Cache-Control": f"public, max-age={FRESH_S}"}))


@endpoint(
    "GET",
    "/api/v1/notices/feed/{number}/from/{base}",
    summary="What turns one edition of the list into a later one, which never changes",
    answer_type=OCTETS,
    statuses={304: "not changed: it never does", 404: "one of the editions is not kept, or not of this format"},
    parameters={"number": {"type": "integer", "minimum": 1}, "base": {"type": "integer", "minimum": 1}},
)
def feed_delta(request: HttpRequest, number: int, base: int) -> HttpResponse:
    found = FeedEdition.objects.in_bulk([number, base]) if base <= number < 2**63 else {}
    try:
        content = feed.delta(_signed(found[base]), _signed(found[number]))
    except (KeyError, feed.FeedError) as error:
        raise ApiError(
            HTTPStatus.NOT_FOUND,
            "edition_unknown",
            _("Không có bản tin số %(number)d kể từ bản %(base)d. Tải cả bản.") % {"number": number, "base": base},
        ) from error
    headers = {"ETag": f'"{number}-{base}"', "Cache-Control": f"public, max-age={IMMUTABLE_S}, immutable"}
    if headers["ETag"] in {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}:
        return _public(HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers))
    return _public(HttpResponse(content, content_type=OCTETS, headers=headers))


def _signed(edition: FeedEdition) -> bytes:
    return bytes(edition.body) + bytes(edition.signature)


@endpoint("GET", "/api/v1/notices/key", summary="The key that signs the list of place notices", answer=Jwk)
def feed_key(request: HttpRequest) -> HttpResponse:
    jwk = feed.public_jwk(keyring.signing_key(place_notices.KEY_NAME).public_key())
    return _public(respond(Jwk(**jwk), headers={"Cache-Control": f"public, max-age={KEY_S}"}))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


@endpoint(
    "GET",
    "/api/v1/me/notices",
    summary="The direct notices of the account's person and of those it acts for",
    answer=Notices,
    statuses={401: "the device is not signed in"},
    auth="device",
)
def my_notices(request: HttpRequest) -> HttpResponse:
    account = require_device(request).account
    found = list(queries.inbox(account))
    actions.mark_delivered(notices=found)
    return _private(respond(Notices([_notice(one, account) for one in found])))


def _notice(notice: DirectNotice, account: Account) -> Notice:
    withdrawn = notice.withdrawn_at is not None
    return Notice(
        key=notice.key,
        about=None if notice.person.account_id == account.pk else notice.person.name,
        issued_at=notice.issued_at,
        read_at=notice.read_at,
        withdrawn=withdrawn,
        erased_on=notice.erase_at.isoformat(),
        words={} if withdrawn else notice.words,
    )


@endpoint(
    "POST",
    "/api/v1/me/notices/{key}/read",
    summary="The notice was opened on this device",
    answer=Done,
    statuses={401: "the device is not signed in", 404: "no such notice for this account"},
    auth="device",
    parameters={"key": {"type": "string", "format": "uuid"}},
)
def read_notice(request: HttpRequest, key: UUID) -> HttpResponse:
    notice = queries.inbox(require_device(request).account).filter(key=key).first()
    if notice is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "notice_unknown", _("Không có tin này trong hộp tin của máy."))
    actions.mark_read(notice=notice)
    assert notice.read_at is not None  # noqa: S101  for the type checker: mark_read sets it
    return _private(respond(Done(notice.read_at)))
