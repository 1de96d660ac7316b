"""What devices fetch: key files and their index, the public key, settings, the log. The same bytes for everybody."""

import re
from http import HTTPStatus

import msgspec
from cryptography.hazmat.primitives import serialization
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lachan.ground.platform import keyring
from lachan.ground.platform.api import ApiError, endpoint, respond
from lachan.response.alerts import feed
from lachan.systems.proximity import codes, exporting
from lachan.systems.proximity.models import KeyFile, LogEntry
from lachan.systems.proximity.publishing import REGION
from lachan_proximity import jws
from lachan_proximity.keyfile.plan import index

FRESH_S, IMMUTABLE_S = 300, 31_536_000
LOG_PAGE = 1000
_NAME = re.compile(r"[0-9-]{1,40}\.zip")
PREFIX = "/api/v1/proximity/keys/"


class PublicKey(msgspec.Struct):
    """As devices know it in key files (`key_id`, `version`), and as WebCrypto and others import it."""

    key_id: str
    version: str
    region: str
    jwk: dict[str, str]
    pem: str


class Entry(msgspec.Struct):
    """hash = SHA-256(hash before ‖ "number|at|kind|subject|digest"); hash and digest in hex, `at` in unix seconds."""

    number: int
    at: int
    kind: str
    subject: str
    digest: str
    hash: str


class Log(msgspec.Struct):
    """Oldest first. `head` is signed (JSON Web Signature): number, hash and time of the newest entry."""

    entries: list[Entry]
    head: str


class After(msgspec.Struct):
    """Entries after this number."""

    after: int = 0


def _cached(response: HttpResponse, seconds: int, *, immutable: bool = False) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={seconds}" + (", immutable" if immutable else "")
    return response


@endpoint(
    "GET",
    "/api/v1/proximity/keys/index.txt",
    summary="The key files there are, one path a line, oldest first",
    answer_type="text/plain",
    cacheable=True,
)
def key_index(request: HttpRequest) -> HttpResponse:
    names = list(KeyFile.objects.values_list("name", flat=True))
    return _cached(HttpResponse(index(names, PREFIX), content_type="text/plain; charset=utf-8"), FRESH_S)


@endpoint(
    "GET",
    "/api/v1/proximity/keys/{name}",
    summary="One signed key file, which never changes",
    answer_type="application/zip",
    statuses={404: "no such file, or erased after fourteen days"},
    parameters={"name": {"type": "string"}},
    cacheable=True,
)
def key_file(request: HttpRequest, name: str) -> HttpResponse:
    # Asked by pattern first: not every text may be asked of the database.
    file = KeyFile.objects.filter(name=name).first() if _NAME.fullmatch(name) else None
    if file is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "file_unknown", _("Không có tệp này, hoặc đã xóa sau 14 ngày."))
    return _cached(HttpResponse(bytes(file.content), content_type="application/zip"), IMMUTABLE_S, immutable=True)


@endpoint(
    "GET",
    "/api/v1/proximity/key",
    summary="The key that signs key files, receipts and the log",
    answer=PublicKey,
    cacheable=True,
)
def public_key(request: HttpRequest) -> HttpResponse:
    key = keyring.signing_key(codes.SIGNING_KEY).public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    found = PublicKey(exporting.KEY_ID, exporting.KEY_VERSION, REGION, dict(feed.public_jwk(key)), pem)
    return _cached(respond(found), FRESH_S)


@endpoint(
    "GET",
    "/api/v1/proximity/settings",
    summary="The risk profile, as the log names it",
    answer_type="application/yaml",
    cacheable=True,
)
def risk_settings(request: HttpRequest) -> HttpResponse:
    return _cached(HttpResponse(exporting.settings_text(), content_type="application/yaml"), FRESH_S)


@endpoint(
    "GET",
    "/api/v1/proximity/log",
    summary="The public log of key files and settings",
    query=After,
    answer=Log,
    statuses={422: "`after` is no number"},
)
def public_log(request: HttpRequest, query: After) -> HttpResponse:
    after = max(0, min(query.after, 2**62))
    rows = list(LogEntry.objects.filter(number__gt=after).order_by("number")[:LOG_PAGE])
    last = LogEntry.objects.order_by("-number").first()
    head = {"number": last.number, "hash": bytes(last.hash).hex(), "at": int(last.at.timestamp())} if last else {}
    signed = jws.sign({"iss": "lachan", "aud": "lachan-log", **head}, keyring.signing_key(codes.SIGNING_KEY))
    found = Log(
        [
            Entry(r.number, int(r.at.timestamp()), r.kind, r.subject, bytes(r.digest).hex(), bytes(r.hash).hex())
            for r in rows
        ],
        signed,
    )
    return _cached(respond(found), FRESH_S)
