"""English catalogues, without GNU gettext: `python -m lachan.ground.platform.messages collect|check|compile`.

Vietnamese is written in the source; each room keeps its English in `<room>/locale/en/LC_MESSAGES/django.po`, and what
belongs to no Django app (the shared templates, the roof) in `web/locale/en/LC_MESSAGES/django.po`.

What Django and allauth themselves say has its Vietnamese in `web/locale/vi/LC_MESSAGES/django.po`, written by hand.

- `collect` brings every catalogue up to its sources, keeps what is translated, and lists what is not.
- `check` changes nothing and fails on a missing, obsolete, fuzzy or untranslated message, on placeholders that differ,
  and on one Vietnamese message with two English ones (Django would show either everywhere: use a context).
- `compile` writes the `.mo` files Django reads; they are not kept in Git.
"""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[2]
LANGUAGE = "en"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
#: Vietnamese of what Django and allauth say in English; written by hand.
BORROWED = Path("locale") / "vi" / "LC_MESSAGES" / "django.po"
_TEMPLATES = {".html", ".txt", ".svg", ".xml"}
_SKIPPED = {"tests", "migrations", "testing", "locale", "node_modules", "__pycache__"}
_PLAIN, _PLURAL, _CONTEXT, _BOTH = (1,), (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
_KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), _PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _BOTH),
}
_HEADER = """msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

MessageKey = tuple[str | None, str]


@dataclass(frozen=True)
class Room:
    """A folder with a catalogue of its own, and the files its messages come from."""

    folder: Path
    sources: tuple[Path, ...]

    @property
    def catalogue(self) -> Path:
        return self.folder / CATALOGUE

    @property
    def name(self) -> str:
        return self.folder.name if PACKAGE not in self.folder.parents else str(self.folder.relative_to(PACKAGE))


def web_folder() -> Path:
    """The browser's side, as settings.WEB, without loading the settings."""
    return Path(os.environ.get("LACHAN_WEB") or PACKAGE.parents[2] / "web")


def rooms() -> list[Room]:
    """Every Django app of the package, and the one catalogue for what is in none."""
    apps = sorted(path.parent for path in PACKAGE.rglob("apps.py") if not _SKIPPED & set(path.parts))
    files = _files(PACKAGE)
    owned = {app: tuple(path for path in files if app in path.parents) for app in apps}
    taken = {path for paths in owned.values() for path in paths}
    rest = [path for path in files if path not in taken]
    web = web_folder()
    return [Room(app, paths) for app, paths in owned.items()] + [Room(web, (*_files(web / "templates"), *rest))]


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in {".py", *_TEMPLATES})
    return sorted(path for path in found if not _SKIPPED & set(path.relative_to(folder).parts))


def _calls(path: Path) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix in _TEMPLATES:
        # templatize writes each message as a Python call and blanks the rest; indentation would confuse the tokenizer
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).split("\n"))
    found = extract_python(io.BytesIO(text.encode()), _KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    # Babel's annotation names another order than it yields
    yield from cast("Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]", found)


def _parts(function: str, found: object) -> tuple[str | None, str | tuple[str, str]] | None:
    """Context and id (or id and plural) of one call; None where an argument is no literal."""
    values = list(found) if isinstance(found, tuple | list) else [found]
    spec = _KEYWORDS[function]
    context: str | None = None
    ids: list[str] = []
    for item in spec:
        index, is_context = (item[0], True) if isinstance(item, tuple) else (item, False)
        value = values[index - 1] if index <= len(values) else None
        if not isinstance(value, str) or not value:
            return None
        if is_context:
            context = value
        else:
            ids.append(value)
    return context, (ids[0], ids[1]) if len(ids) == 2 else ids[0]


def collected(room: Room) -> Catalog:
    """The messages of the room's sources, untranslated."""
    catalog = Catalog(locale=LANGUAGE, domain="django")
    for path in room.sources:
        base = room.folder if room.folder in path.parents else PACKAGE
        for line, function, found, comments in _calls(path):
            parts = _parts(function, found)
            if parts:
                context, msgid = parts
                catalog.add(
                    msgid, locations=[(str(path.relative_to(base)), line)], auto_comments=comments, context=context
                )
    return catalog


def _key(message: Message) -> MessageKey:
    return message.context, message.id[0] if isinstance(message.id, tuple | list) else message.id


def _entries(catalog: Catalog) -> dict[MessageKey, Message]:
    return {_key(message): message for message in catalog if message.id}


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE, domain="django")


def _translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(strings) and not message.fuzzy


def merged(room: Room) -> Catalog:
    """The room's messages with the translations its catalogue already has. Obsolete ones are gone."""
    catalog, known = collected(room), _entries(_read(room.catalogue))
    for key, message in _entries(catalog).items():
        old = known.get(key)
        if old is None:
            continue
        same_form = isinstance(old.string, tuple | list) == isinstance(message.id, tuple | list)
        if same_form:
            message.string, message.user_comments = old.string, old.user_comments
            message.flags |= old.flags & {"fuzzy"}
    return catalog


def written(catalog: Catalog) -> bytes:
    """The catalogue as a PO file that changes only when its messages do (no dates, no line numbers)."""
    body = io.BytesIO()
    write_po(body, catalog, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    return _HEADER.encode() + body.getvalue()


def collect() -> list[str]:
    """Bring every catalogue up to its sources; the list of what is still to translate, one line each."""
    missing: list[str] = []
    for room in rooms():
        catalog = merged(room)
        entries = _entries(catalog)
        if not entries:
            room.catalogue.unlink(missing_ok=True)
            continue
        room.catalogue.parent.mkdir(parents=True, exist_ok=True)
        room.catalogue.write_bytes(written(catalog))
        missing += [f"{room.name}: {key[1]}" for key, message in entries.items() if not _translated(message)]
    return missing


def problems() -> list[str]:
    """What `check` complains about, one line each; empty when every catalogue is complete."""
    found: list[str] = []
    english: dict[MessageKey, tuple[str, object]] = {}
    for room in rooms():
        wanted, known = _entries(collected(room)), _entries(_read(room.catalogue))
        found += [f"{room.name}: not in the catalogue: {key[1]}" for key in wanted.keys() - known.keys()]
        found += [f"{room.name}: obsolete: {key[1]}" for key in known.keys() - wanted.keys()]
        for key in wanted.keys() & known.keys():
            message = known[key]
            if not _translated(message):
                found.append(f"{room.name}: {'fuzzy' if message.fuzzy else 'untranslated'}: {key[1]}")
                continue
            found += [f"{room.name}: {key[1]}: {error}" for error in message.check()]
            other, text = english.setdefault(key, (room.name, message.string))
            if text != message.string:
                found.append(f"{room.name}: {key[1]!r} is {message.string!r} here and {text!r} in {other}")
    return sorted(found + _borrowed_problems())


def _borrowed_problems() -> list[str]:
    messages = _entries(_read(web_folder() / BORROWED))
    return [f"{BORROWED}: untranslated: {key[1]}" for key, message in messages.items() if not _translated(message)]


def compile_all() -> int:
    """Write the `.mo` of every catalogue that changed since; the number written."""
    count = 0
    for po in _catalogues():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        body = io.BytesIO()
        write_mo(body, _read(po))
        fresh = mo.with_suffix(f".mo.{os.getpid()}")
        fresh.write_bytes(body.getvalue())
        fresh.replace(mo)
        count += 1
    return count


def _catalogues() -> list[Path]:
    folders = [path.parent for path in sorted(PACKAGE.rglob("apps.py"))] + [web_folder()]
    return [po for folder in folders for po in sorted((folder / "locale").glob("*/LC_MESSAGES/django.po"))]


def main(arguments: list[str]) -> int:
    """Run one of the three verbs; the process's exit status."""
    verb = arguments[0] if len(arguments) == 1 else ""
    if verb == "collect":
        missing = collect()
        sys.stdout.write("".join(f"{line}\n" for line in missing) + f"{len(missing)} to translate\n")
        return 0
    if verb == "check":
        found = problems()
        sys.stdout.write("".join(f"{line}\n" for line in found))
        return 1 if found else 0
    if verb == "compile":
        sys.stdout.write(f"{compile_all()} compiled\n")
        return 0
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
