"""Forms and answers as files of other systems: XLSForm, FHIR R4 Questionnaire and Response, JSON Schema."""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lachan.register.forms.document import Document
from lachan.register.forms.models import FormVersion, Response
from lachan.register.forms.outline import RefusedError
from lachan.register.forms.questionnaires import read_response, write_questionnaire, write_response
from lachan.register.forms.questionnaires_in import read_questionnaire
from lachan.register.forms.render import problems_by_question
from lachan.register.forms.schema import answers_schema
from lachan.register.forms.validate import today, validate
from lachan.register.forms.xlsform import write_xlsform
from lachan.register.forms.xlsform_in import read_xlsform

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FHIR = "application/fhir+json"
KINDS = ("fhir", "schema", "xlsform")


@dataclass(frozen=True)
class File:
    """`name` is a file name with its ending."""

    body: bytes
    content_type: str
    name: str


@dataclass(frozen=True)
class Answers:
    """What came in: the answers as they would be kept, what was left out, and what is still to be mended, in words."""

    values: dict[str, Any]
    notes: list[str]
    faults: list[str]


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError([_("Tệp .json này bị hỏng, không đọc được.")]) from error


def read_form(data: bytes, name: str) -> tuple[Document, list[str]]:
    """An XLSForm or (".json") a FHIR Questionnaire as a form, and what was left out. Raises RefusedError, in words."""
    if not name.lower().endswith(".json"):
        sheet = read_xlsform(data, name)
        return sheet.document, sheet.notes
    questionnaire = read_questionnaire(_decoded(data))
    return questionnaire.document, questionnaire.notes


def write_form(version: FormVersion, kind: str) -> File:
    """The version as one of KINDS. Raises RefusedError for what an XLSForm cannot say, KeyError for another kind."""
    stem = f"{slugify(version.form_id)}-{version.number}"
    if kind == "xlsform":
        return File(write_xlsform(version.content), SHEET, f"{stem}.xlsx")
    if kind == "fhir":
        return File(_pretty(write_questionnaire(version.content, version.number)), FHIR, f"{stem}.fhir.json")
    if kind == "schema":
        schema = answers_schema(version.content, version.number)
        return File(_pretty(schema), "application/schema+json", f"{stem}.schema.json")
    raise KeyError(kind)


def _pretty(resource: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(resource))


def read_answers(version: FormVersion, data: bytes) -> Answers:
    """A QuestionnaireResponse against that version. Nothing is kept. Raises RefusedError for what is none."""
    given, notes = read_response(version.content, _decoded(data))
    result = validate(version.content, given, on=today())
    language = (get_language() or "vi")[:2]
    faults = problems_by_question(result.errors, language)
    return Answers(result.values, notes, [f"{code}: {words}" if code else words for code, words in faults.items()])


def write_answers(response: Response) -> File:
    """Kept answers as a QuestionnaireResponse. It names no person: who it is about goes beside it, not in it."""
    version = response.version
    resource = write_response(version.content, response.answers, response.answered_at)
    return File(_pretty(resource), FHIR, f"{slugify(version.form_id)}-{response.key.hex[-8:]}.fhir.json")
