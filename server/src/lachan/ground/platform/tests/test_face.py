"""Template tags, the look cookies, and the rules every template of the product keeps."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from django.utils import translation

from lachan.ground.platform import context, messages
from lachan.ground.platform.templatetags import face

STATIC = settings.WEB / "static" / "face"
TEMPLATES = sorted(
    path
    for root in (settings.WEB / "templates", messages.PACKAGE)
    for path in root.rglob("*.html")
    if "tests" not in path.parts
)
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "sprite.svg").read_text()))


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    """A request of another test may have left its language active in this thread."""
    with translation.override("vi"):
        yield


def draw(source: str, **values: Any) -> str:
    return Template(source).render(Context(values))


# ---------- tags ----------


def test_a_status_is_a_shape_and_a_word() -> None:
    assert 'sprite.svg#st-late"' in draw('{% status "late" "37,9 °C" %}')
    assert draw('{% status "late" "37,9 °C" %}').endswith("37,9 °C</span>")
    assert "Chưa đánh giá" in draw('{% status "none" %}')
    with translation.override("en"):
        assert "Not assessed" in draw('{% status "none" %}')
    with pytest.raises(TemplateSyntaxError):
        draw('{% status "red" %}')


def test_tags_escape_what_they_are_given() -> None:
    evil = "<script>1</script>"
    for source in (
        '{% status "late" evil %}',
        '{% evidence "place" evil %}',
        "{% icon evil %}",
        '{% notice "info" %}{{ evil }}{% endnotice %}',
        "{% shape 'safe' evil %}",
        "{% progress 1 2 label=evil %}",
    ):
        assert "<script>" not in draw(source, evil=evil)


def test_weak_evidence_says_so_without_colour() -> None:
    assert "bằng chứng yếu" in draw('{% evidence "blue" "2 m, 16 phút" weak=True %}')
    assert "bằng chứng yếu" not in draw('{% evidence "blue" "2 m, 16 phút" %}')


def test_days_count_their_words() -> None:
    html = draw("{% days marks total=14 %}", marks=["ok", "miss", "now"])
    assert html.count("<i") == 14
    assert 'aria-label="Ngày 3/14, sót 1"' in html


def test_here_marks_the_page_and_its_children() -> None:
    request = RequestFactory().get("/app/family/khoi/")
    assert 'aria-current="true"' in draw('{% here "/app/family/" %}', request=request)
    assert draw('{% here "/app/" exact=True %}', request=request) == ""
    assert 'aria-current="page"' in draw('{% here "/app/family/khoi/" %}', request=request)


class Sample(forms.Form):
    name = forms.CharField(label="Họ và tên", help_text="Như trên căn cước")
    warm = forms.DecimalField(label="Nhiệt độ", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    cough = forms.ChoiceField(
        label="Có ho không?", choices=[("yes", "Có"), ("not_asked", "Chưa hỏi")], widget=forms.RadioSelect
    )

    def clean(self) -> None:
        if self.data.get("name") == "lạ":
            self.add_error(None, "Người này chưa có hồ sơ")


def test_a_field_ties_label_hint_and_error_to_its_input() -> None:
    form = Sample({"name": ""})
    html = draw("{% field form.name %}", form=form)
    assert '<label class="label" for="id_name">Họ và tên</label>' in html
    assert 'aria-describedby="id_name_hint id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.index("id_name_error") < html.index("<input")
    assert "Ghi họ và tên" in html
    calm = draw("{% field form.name %}", form=Sample())
    assert 'aria-describedby="id_name_hint"' in calm
    assert "aria-invalid" not in calm


def test_a_field_keeps_inputmode_and_says_what_is_optional() -> None:
    html = draw('{% field form.warm suffix="°C" %}', form=Sample())
    assert 'inputmode="decimal"' in html
    assert "(không bắt buộc)" in html
    assert "(không bắt buộc)" not in draw("{% field form.warm optional=False %}", form=Sample())


def test_choices_are_rows_in_a_fieldset_and_not_asked_is_marked() -> None:
    html = draw("{% field form.cough %}", form=Sample())
    assert html.count('class="choice"') == 1
    assert html.count('class="choice unasked"') == 1
    assert "<legend" in html
    assert "checked" not in html


def test_the_summary_links_to_each_field_in_the_same_words() -> None:
    form = Sample({"name": "", "warm": "379x"})
    html = draw("{% error_summary form %}", form=form)
    assert "Còn ba chỗ cần sửa" in html
    assert '<a href="#id_name">Ghi họ và tên</a>' in html
    assert 'href="#id_cough_0"' in html
    for bound in form:
        for text in face.messages(bound):
            assert text in html
            assert text in draw("{% field f %}", f=bound)
    assert draw("{% error_prefix form %}", form=form) == "Lỗi: "


def test_the_summary_is_silent_when_nothing_is_wrong() -> None:
    assert draw("{% error_summary form %}", form=Sample()) == ""
    good = Sample({"name": "Hạnh", "cough": "yes"})
    assert draw("{% error_summary form %}{% error_prefix form %}", form=good) == ""


def test_errors_of_the_whole_form_are_listed() -> None:
    assert "Người này chưa có hồ sơ" in draw("{% error_summary f %}", f=Sample({"name": "lạ", "cough": "yes"}))


# ---------- looks and language ----------


def test_unknown_cookies_count_as_no_choice() -> None:
    request = RequestFactory().get("/")
    request.COOKIES = {"lachan_theme": '"><script>', "lachan_size": "big"}
    assert context.look(request) == {"theme": "", "contrast": "", "size": "big"}


def test_the_officers_bar_comes_from_the_desk() -> None:
    def provider(request: HttpRequest) -> context.DeskBar:
        return context.DeskBar(nav=[context.NavItem("Ca bệnh", "/desk/cases/")], name="Bs. Huy", scope="Đà Nẵng")

    before = list(context._desk_bar)
    context.provide_desk_bar(provider)
    try:
        values = context.face(RequestFactory().get("/desk/"))
        assert str(values["desk_name"]) == "Bs. Huy"
        assert [item.label for item in values["desk_nav"]] == ["Ca bệnh"]  # type: ignore[attr-defined]
    finally:
        context._desk_bar[:] = before


@pytest.mark.urls("lachan.ground.platform.tests.urls")
@pytest.mark.django_db
class TestChoices:
    def test_language_is_kept_and_goes_back(self, client: Client) -> None:
        answer = client.post("/language/", {"language": "en", "next": "/kit/"})
        assert (answer.status_code, answer["Location"]) == (302, "/kit/")
        page = client.get("/kit/").content.decode()
        assert '<html lang="en"' in page
        assert "Component kit" in page

    def test_it_never_sends_to_another_host(self, client: Client) -> None:
        for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", ""):
            assert client.post("/language/", {"language": "vi", "next": target})["Location"] == "/"

    def test_an_unknown_language_changes_nothing(self, client: Client) -> None:
        assert not client.post("/language/", {"language": "xx", "next": "/"}).cookies

    def test_looks_are_kept_and_given_back(self, client: Client) -> None:
        client.post("/look/", {"theme": "dark", "next": "/kit/"})
        client.post("/look/", {"contrast": "more", "size": "huge", "next": "/kit/"})
        page = client.get("/kit/").content.decode()
        assert 'data-theme="dark" data-contrast="more">' in page
        client.post("/look/", {"theme": "", "next": "/kit/"})
        assert "data-theme" not in client.get("/kit/").content.decode()

    def test_get_is_refused(self, client: Client) -> None:
        assert client.get("/language/").status_code == 405

    def test_error_pages_in_both_languages(self, client: Client) -> None:
        client.raise_request_exception = False
        assert "Không có trang này" in client.get("/nowhere/").content.decode()
        broken = client.get("/broken/")
        assert broken.status_code == 500
        assert "Bản khai và lượt quét chưa gửi vẫn còn trong máy" in broken.content.decode()
        client.post("/language/", {"language": "en"})
        assert "There is no such page" in client.get("/nowhere/").content.decode()


def test_the_page_of_a_broken_server_needs_no_database() -> None:
    # no django_db mark: any query would raise
    from django.views.defaults import server_error

    assert "Trang này đang trục trặc" in server_error(RequestFactory().get("/")).content.decode()


# ---------- rules of every template ----------


def _tags(path: Path) -> Iterator[str]:
    yield from re.findall(r"<[a-zA-Z][^>]*>", re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(settings.WEB.parent)))
def test_a_template_keeps_the_content_security_policy(path: Path) -> None:
    for tag in _tags(path):
        html = re.sub(r"\{[%{].*?[%}]\}", "", tag)  # `{% if one == … %}` is no attribute
        assert not re.search(r"\s(style|on[a-z]+|hx-on[^=]*)\s*=", html), tag
        assert not tag.startswith("<style"), tag
        if tag.startswith("<script"):
            assert "src=" in tag or 'type="application/json"' in tag, tag
        for address in re.findall(r'(?:src|href|action)="([^"]+)"', tag):
            assert not address.startswith(("http:", "https:", "//", "javascript:")), tag


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(settings.WEB.parent)))
def test_a_template_uses_icons_and_states_that_exist(path: Path) -> None:
    text = path.read_text()
    for name in re.findall(r"""\{% icon ["']([^"']+)["']""", text) + re.findall(r"""glyph=["']([^"']+)["']""", text):
        assert name in SYMBOLS, name
    for name in re.findall(r"""\{% (?:status|shape) ["']([^"']+)["']""", text):
        assert name in face.STATES, name
    for name in re.findall(r"""\{% evidence ["']([^"']+)["']""", text):
        assert name in face.SOURCES, name


def test_every_symbol_the_tags_use_is_in_the_sprite() -> None:
    used = {*face.SOURCES.values(), *face._NOTICES.values(), *(f"st-{s}" for s in face.STATES), "la", "vein", "warning"}
    assert used <= SYMBOLS


def test_colours_are_written_in_the_tokens_only() -> None:
    for path in (settings.WEB / "static").rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        if path.name == "tokens.css":
            continue
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!\))", re.sub(r"url\([^)]*\)", "", text)), path.name
        for name in set(re.findall(r"var\((--[a-z0-9-]+)", text)):
            tokens = (STATIC / "tokens.css").read_text()
            assert f"{name}:" in tokens or f"{name}:" in text, f"{path.name}: {name} is no token"


def test_both_dark_palettes_say_the_same() -> None:
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "tokens.css").read_text(), flags=re.S)
    blocks = re.findall(
        r":root(?::not\(\[data-theme=\"light\"\]\)|\[data-theme=\"dark\"\]) \{(.*?)\}", text, flags=re.S
    )
    first, second = (dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", block)) for block in blocks)
    assert first == second
    assert len(first) > 50
