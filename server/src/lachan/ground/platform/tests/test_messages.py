"""The catalogue tool, on a small package of its own."""

import gettext
from collections.abc import Callable
from pathlib import Path

import pytest

from lachan.ground.platform import messages

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext, gettext_lazy
A = _("Rời đi")
B = ngettext("%(n)s nơi", "%(n)s nơi", 2)
C = pgettext("nút", "Gửi")
D = _(
    "Câu dài "
    "hai dòng"
)
E = _(name)
"""
HTML = """{% load i18n %}
  {% if a %}
    <p title="{% translate "Xem việc cần làm" %}">{{ _("Rời đi") }}</p>
  {% endif %}
  {% blocktranslate with w=place count n=k %}{{ n }} lượt {{ w }}{% plural %}{{ n }} lượt {{ w }}{% endblocktranslate %}
  {% blocktranslate trimmed %}
     Giữ 100%
     trong máy
  {% endblocktranslate %}
  {% status "late" _("Quá hạn") %}{# _("bỏ") #}
"""
ENGLISH = {
    "Rời đi": "Leave",
    "Gửi": "Send",
    "Câu dài hai dòng": "A long sentence",
    "Xem việc cần làm": "See what to do",
    "Giữ 100%% trong máy": "Keep 100%% on the phone",
    "Quá hạn": "Overdue",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    room = tmp_path / "src" / "lachan" / "floor" / "room"
    (room / "templates").mkdir(parents=True)
    (room / "tests").mkdir()
    (room / "apps.py").write_text("")
    (room / "views.py").write_text(PYTHON)
    (room / "templates" / "page.html").write_text(HTML)
    (room / "tests" / "test_x.py").write_text('_("không thu")')
    (tmp_path / "src" / "lachan" / "roof.py").write_text('gettext_lazy("Mái nhà")')
    (tmp_path / "web" / "templates").mkdir(parents=True)
    monkeypatch.setattr(messages, "PACKAGE", tmp_path / "src" / "lachan")
    monkeypatch.setenv("LACHAN_WEB", str(tmp_path / "web"))
    return room


def translate(po: Path, edit: Callable[[str], str]) -> None:
    po.write_text(edit(po.read_text()))


def fill(package: Path) -> None:
    messages.collect()
    for room in messages.rooms():
        catalog = messages.merged(room)
        for message in catalog:
            if not message.id:
                continue
            if isinstance(message.id, tuple):
                one = message.id[0].replace("nơi", "place").replace("lượt", "visit")
                message.string = (one, one.replace("place", "places").replace("visit", "visits"))
            else:
                message.string = ENGLISH.get(message.id, "The roof")
        if room.sources:
            room.catalogue.parent.mkdir(parents=True, exist_ok=True)
            room.catalogue.write_bytes(messages.written(catalog))


def test_it_finds_what_is_said_and_nothing_else(package: Path) -> None:
    missing = messages.collect()
    said = {line.split(": ", 1)[1] for line in missing}
    assert said == {*ENGLISH, "%(n)s nơi", "%(n)s lượt %(w)s", "Mái nhà"}
    assert (package / messages.CATALOGUE).exists()
    assert 'msgctxt "nút"' in (package / messages.CATALOGUE).read_text()


def test_collecting_again_changes_nothing(package: Path) -> None:
    fill(package)
    before = (package / messages.CATALOGUE).read_bytes()
    assert messages.collect() == []
    assert (package / messages.CATALOGUE).read_bytes() == before
    assert messages.problems() == []


def test_translations_survive_a_new_message_and_obsolete_ones_go(package: Path) -> None:
    fill(package)
    (package / "views.py").write_text('_("Rời đi")\n_("Mới")')
    assert any("obsolete: Gửi" in line for line in messages.problems())
    assert messages.collect() == ["floor/room: Mới"]
    text = (package / messages.CATALOGUE).read_text()
    assert 'msgstr "Leave"' in text
    assert "Gửi" not in text


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda text: text.replace('msgstr "Leave"', 'msgstr ""'), "untranslated: Rời đi"),
        (lambda text: text.replace('msgid "Rời đi"', '#, fuzzy\nmsgid "Rời đi"'), "fuzzy: Rời đi"),
        (lambda text: text.replace('msgid "Rời đi"\nmsgstr "Leave"\n', ""), "not in the catalogue: Rời đi"),
        (lambda text: text.replace('"%(n)s places"', '"%(m)s places"'), "%(n)s nơi"),
    ],
)
def test_check_names_each_problem(package: Path, edit: Callable[[str], str], complaint: str) -> None:
    fill(package)
    translate(package / messages.CATALOGUE, edit)
    found = messages.problems()
    assert len(found) >= 1
    assert any(complaint in line for line in found)
    assert messages.main(["check"]) == 1


def test_one_message_with_two_translations_is_a_problem(package: Path) -> None:
    (package.parent.parent / "roof.py").write_text('gettext("Rời đi")')
    fill(package)
    assert messages.problems() == []
    web = messages.web_folder() / messages.CATALOGUE
    translate(web, lambda text: text.replace("Leave", "Go away"))
    assert any("'Rời đi'" in line for line in messages.problems())


def test_what_is_compiled_can_be_read_by_gettext(package: Path) -> None:
    fill(package)
    assert messages.compile_all() == 2
    assert messages.compile_all() == 0
    read = gettext.translation("django", package / "locale", ["en"])
    assert read.gettext("Rời đi") == "Leave"
    assert read.pgettext("nút", "Gửi") == "Send"
    assert read.ngettext("%(n)s nơi", "%(n)s nơi", 1) == "%(n)s place"
    assert read.ngettext("%(n)s nơi", "%(n)s nơi", 5) == "%(n)s places"


def test_the_verbs(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main([]) == 2
    assert messages.main(["sing"]) == 2
    assert messages.main(["collect"]) == 0
    assert "9 to translate" in capsys.readouterr().out


def test_the_shared_templates_are_fully_translated() -> None:
    ours = [line for line in messages.problems() if line.startswith(("web:", "ground/platform:", "locale/vi"))]
    assert ours == []
