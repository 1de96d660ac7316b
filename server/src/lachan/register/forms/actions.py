"""Changes to forms, and answers received. A published version never changes; the next one takes its place."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.register.access.models import Account
from lachan.register.forms.document import Document, plain, read
from lachan.register.forms.models import Draft, Form, FormVersion, Response
from lachan.register.forms.validate import VIETNAM, Result, today, validate
from lachan.register.people.models import Person

DATA = Path(__file__).parent / "data"


class FormError(ValueError):
    """A change that cannot be made, in the user's language."""


class AnswersError(ValueError):
    """Answers that must be mended first; `result` says which."""

    def __init__(self, result: Result) -> None:
        super().__init__("; ".join(f"{p.question}: {p.code}" for p in result.errors))
        self.result = result


def _lock(code: str) -> Form:
    return Form.objects.select_for_update().get(pk=code)


def _stored(data: Any) -> Any:
    # Through the document's own types, so that what is stored is what was checked; tuples become JSON lists.
    return msgspec.json.decode(msgspec.json.encode(plain(read(data))))


def as_data(document: Document) -> Any:
    """A document made elsewhere (an import) as the JSON data that create_draft takes."""
    return msgspec.json.decode(msgspec.json.encode(plain(document)))


@transaction.atomic
def create_draft(*, document: Any) -> FormVersion:
    """Add a draft with the next number to the form the document names. Raises DocumentError with every reason found."""
    stored = _stored(document)
    Form.objects.get_or_create(pk=stored["code"])
    form = _lock(stored["code"])
    newest = form.versions.order_by("-number").first()
    version = FormVersion.objects.create(form=form, number=newest.number + 1 if newest else 1, document=stored)
    audit.record(action="forms.version.draft", obj=version, detail={"number": version.number})
    return version


@transaction.atomic
def edit_draft(*, version: FormVersion, document: Any) -> FormVersion:
    """Replace a draft's document. Raises FormError once it is published, DocumentError as create_draft does."""
    stored = _stored(document)
    _lock(version.form_id)
    version = FormVersion.objects.get(pk=version.pk)
    if version.published_at is not None:
        raise FormError(_("Bản đã công bố không sửa được. Tạo bản mới rồi công bố."))
    if stored["code"] != version.form_id:
        raise FormError(_("Mã của tờ khai phải là %(code)s.") % {"code": version.form_id})
    version.document = stored
    version.save(update_fields=["document"])
    audit.record(action="forms.version.edit", obj=version, detail={"number": version.number})
    return version


@transaction.atomic
def review_translation(*, version: FormVersion, language: str) -> FormVersion:
    """Take away the mark of a machine's translation that a speaker has reviewed.

    A draft loses it in place; of a published version the next draft is made. Raises FormError for another language.
    """
    document = version.content
    if language not in document.machine_translated:
        raise FormError(_("Ngôn ngữ này không mang dấu bản dịch máy."))
    left = [one for one in document.machine_translated if one != language]
    data = {**as_data(document), "machine_translated": left}
    if version.published_at is None:
        version = edit_draft(version=version, document=data)
    else:
        version = create_draft(document=data)
    audit.record(action="forms.translation.review", obj=version, detail={"language": language})
    return version


@transaction.atomic
def publish(*, version: FormVersion, valid_from: datetime | None = None, shipped: bool = False) -> FormVersion:
    """Put a draft in force from that moment (now) and retire the version before it at the same moment.

    Only a form's first version may begin in the past: answers already given keep the version they were given under. A
    shipped version may too, while nobody has answered since.
    """
    _lock(version.form_id)
    version = FormVersion.objects.get(pk=version.pk)
    now = timezone.now()
    begins = valid_from or now
    if version.published_at is not None:
        raise FormError(_("Bản này đã công bố rồi."))
    read(version.document)
    published = FormVersion.objects.filter(form_id=version.form_id, published_at__isnull=False)
    last = published.order_by("-valid_from").first()
    if last is not None:
        if begins < now and not (shipped and not _answered_since(version.form_id, begins)):
            raise FormError(_("Ngày bắt đầu phải từ bây giờ trở đi, vì đã có bản trước."))
        if last.valid_from is not None and begins <= last.valid_from:
            raise FormError(_("Ngày bắt đầu phải sau ngày bắt đầu của bản %(number)s.") % {"number": last.number})
        if last.valid_until is None:
            _end(last, begins)
        elif begins < last.valid_until:
            raise FormError(_("Bản %(number)s còn dùng đến sau ngày này.") % {"number": last.number})
    version.published_at, version.valid_from = now, begins
    version.save(update_fields=["published_at", "valid_from"])
    audit.record(action="forms.version.publish", obj=version, detail={"number": version.number, "valid_from": begins})
    return version


def _answered_since(code: str, moment: datetime) -> bool:
    return Response.objects.filter(version__form_id=code, answered_at__gte=moment).exists()


@transaction.atomic
def retire(*, version: FormVersion, at: datetime | None = None) -> FormVersion:
    """End a published version at that moment (now) with nothing in its place."""
    _lock(version.form_id)
    version = FormVersion.objects.get(pk=version.pk)
    now = timezone.now()
    ends = at or now
    if version.valid_from is None:
        raise FormError(_("Bản nháp chưa dùng nên không có gì để thôi."))
    if version.valid_until is not None:
        raise FormError(_("Bản này đã có ngày thôi dùng."))
    if ends < now:
        raise FormError(_("Ngày thôi dùng phải từ bây giờ trở đi."))
    _end(version, max(ends, version.valid_from))
    return version


def _end(version: FormVersion, at: datetime) -> None:
    version.valid_until = at
    version.save(update_fields=["valid_until"])
    audit.record(action="forms.version.retire", obj=version, detail={"number": version.number, "valid_until": at})


@transaction.atomic
def record_response(
    *,
    version: FormVersion,
    person: Person | None,
    answers: Any,
    by: Account | None,
    answered_at: datetime,
    erase_at: date,
    key: UUID | None = None,
    for_another: bool = False,
) -> Response:
    """Check and keep the answers under their version. The same key gives the response already stored.

    A version that has been replaced since still takes answers given under it (a phone was offline). Raises AnswersError
    when something must be mended, FormError for a draft or for a key that holds other answers.
    """
    if version.valid_from is None or version.valid_from > answered_at:
        raise FormError(_("Tờ khai này chưa dùng vào lúc trả lời."))
    result = validate(version.content, answers, on=today(answered_at), for_another=for_another)
    if not result.ok:
        raise AnswersError(result)
    response, created = Response.objects.get_or_create(
        key=key or uuid7(),
        defaults={
            "version": version,
            "person": person,
            "by": by,
            "answers": result.values,
            "answered_at": answered_at,
            "erase_at": erase_at,
        },
    )
    if not created:
        same = (response.version_id, response.person_id, response.answers) == (
            version.pk,
            person.pk if person else None,
            result.values,
        )
        if not same:
            raise FormError(_("Mã gửi này đã dùng cho câu trả lời khác."))
        return response
    audit.record(
        action="forms.response.record",
        subject=person.pk if person else None,
        obj=response,
        detail={"form": version.form_id, "version": version.number},
    )
    return response


@transaction.atomic
def discard_draft(*, draft: Draft) -> None:
    """Throw away answers that were never sent."""
    audit.record(action="forms.draft.discard", subject=draft.person_id, obj=draft)
    draft.delete()


class Shipped(msgspec.Struct, forbid_unknown_fields=True):
    """A file of data/<form>/<number>.json: from which day (Viet Nam) the version is used, and its document."""

    valid_from: date
    document: Any


@transaction.atomic
def load_forms(folder: Path = DATA) -> list[FormVersion]:
    """Publish every shipped version that is not stored yet. Raises FormError naming the file that differs."""
    versions = []
    for path in sorted(folder.glob("*/*.json"), key=lambda p: (p.parent.name, int(p.stem))):
        shipped = msgspec.json.decode(path.read_bytes(), type=Shipped)
        stored = _stored(shipped.document)
        name, number = str(path.relative_to(folder)), int(path.stem)
        if stored["code"] != path.parent.name:
            raise FormError(f"{name}: the document is of form {stored['code']!r}")
        known = FormVersion.objects.filter(form_id=stored["code"], number=number).first()
        if known is None:
            known = create_draft(document=stored)
            if known.number != number:
                raise FormError(f"{name}: the next version of this form is {known.number}")
            begins = datetime.combine(shipped.valid_from, time(), VIETNAM)
            if number > 1 and _answered_since(stored["code"], begins):
                begins = max(begins, timezone.now())
            known = publish(version=known, valid_from=begins, shipped=True)
        # A field added to documents since is stored as its default would be.
        elif _stored(known.document) != stored:
            raise FormError(f"{name}: version {number} is stored with another document; give the change a new number")
        versions.append(known)
    return versions
