"""Walking through a form page by page: which page is next, how far along, what the summary says. Pure."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lachan.register.forms.document import CHECK_PAGE, Document, Repeat
from lachan.register.forms.typed import Entry, Screen, place, questions_on
from lachan.register.forms.validate import Result, validate


@dataclass
class State:
    """What is kept between two pages: everything typed, also what is still to be mended, and the pages seen."""

    answers: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    # The key of the response to be; it makes a second press of the last button harmless.
    key: str = ""

    def plain(self) -> dict[str, Any]:
        return {"answers": self.answers, "seen": self.seen, "key": self.key}


@dataclass(frozen=True)
class Walk:
    """A form being filled in on a day, by the person or for another."""

    document: Document
    state: State
    on: date
    for_another: bool = False

    def result(self) -> Result:
        # A draft may outlive its version's questions, so only those the document knows are looked at.
        known = {page.code if isinstance(page, Repeat) else item.code for page, item in self.document.items()}
        answers = {code: value for code, value in self.state.answers.items() if code in known}
        for page in self.document.pages:
            # Entries there must be are asked before anything is typed into them.
            if isinstance(page, Repeat) and (page.code in answers or self.rows(page)):
                inside = {item.code for item in page.questions}
                answers[page.code] = [{c: v for c, v in row.items() if c in inside} for row in self.rows(page)]
        return validate(self.document, answers, on=self.on, for_another=self.for_another)

    def rows(self, repeat: Repeat) -> list[dict[str, Any]]:
        """The entries so far, as many empty ones as there must be, never more than there may be."""
        kept = self.state.answers.get(repeat.code)
        rows = [row for row in kept if isinstance(row, dict)][: repeat.most] if isinstance(kept, list) else []
        return rows + [{} for _missing in range(repeat.least - len(rows))]

    def settle(self) -> None:
        """Keep the entries there must be also where nothing was typed, so that what is sent is what was checked."""
        for page in self.pages():
            if isinstance(page, Repeat) and self.rows(page):
                self.state.answers[page.code] = self.rows(page)

    def pages(self) -> list[Screen]:
        """The pages that show at least one question under the answers so far; the entries of a group, then its list."""
        shown = set(self.result().shown)
        found: list[Screen] = []
        for page in self.document.pages:
            if isinstance(page, Repeat):
                if page.code in shown:
                    found += [*(Entry(page, index) for index in range(len(self.rows(page)))), page]
            elif any(q.code in shown for q in questions_on(page)):
                found.append(page)
        return found

    def page(self, code: str) -> Screen | None:
        return next((page for page in self.pages() if page.code == code), None)

    def answers_on(self, page: Screen) -> dict[str, Any]:
        """Everything typed on that page, under the questions' codes."""
        return self.rows(page.repeat)[page.index] if isinstance(page, Entry) else self.state.answers

    def add(self, repeat: Repeat) -> str | None:
        """Begin one more entry; its page, or None when there may be no more."""
        rows = self.rows(repeat)
        if len(rows) >= repeat.most:
            return None
        self.state.answers[repeat.code] = [*rows, {}]
        return Entry(repeat, len(rows)).code

    def drop(self, repeat: Repeat, index: int) -> None:
        """Take an entry away; those behind it move up, with what has been seen of them."""
        rows = self.rows(repeat)
        if not 0 <= index < len(rows):
            return
        seen = [Entry(repeat, i).code in self.state.seen for i in range(len(rows))]
        del rows[index], seen[index]
        codes = {Entry(repeat, i).code for i in range(len(rows) + 1)}
        self.state.seen = [code for code in self.state.seen if code not in codes]
        self.state.seen += [Entry(repeat, i).code for i, was in enumerate(seen) if was]
        self.state.answers[repeat.code] = rows

    def position(self, code: str) -> tuple[int, int]:
        """Which page this is, from 1, and how many there are now."""
        codes = [page.code for page in self.pages()]
        return codes.index(code) + 1, len(codes)

    def before(self, code: str) -> str | None:
        """The page before this one (the last one before the summary), None at the start."""
        codes = [page.code for page in self.pages()]
        index = len(codes) if code == CHECK_PAGE else codes.index(code)
        return codes[index - 1] if index else None

    def after(self, code: str) -> str:
        """The next page not seen yet; when all are, the summary."""
        codes = [page.code for page in self.pages()]
        start = codes.index(code) + 1 if code in codes else 0
        unseen = [c for c in codes[start:] if c not in self.state.seen]
        # Someone who walks forward through seen pages goes one by one until the summary has been reached once.
        if CHECK_PAGE not in self.state.seen and start < len(codes):
            return codes[start]
        return unseen[0] if unseen else CHECK_PAGE

    def first_open(self) -> str:
        """Where to go on: the first page not seen, or the summary."""
        return next((p.code for p in self.pages() if p.code not in self.state.seen), CHECK_PAGE)

    def save(self, page: Screen, typed: dict[str, Any], on_screen: set[str]) -> bool:
        """Keep what was typed. True when the page now shows a question that was not on the screen."""
        if isinstance(page, Entry):
            rows = [dict(row) for row in self.rows(page.repeat)]
            self.state.answers[page.repeat.code], answers = rows, rows[page.index]
        else:
            answers = self.state.answers
        for code in on_screen & {q.code for q in questions_on(page)}:
            if typed.get(code) is None:
                answers.pop(code, None)
            else:
                answers[code] = typed[code]
        shown = set(self.result().shown)
        return any(place(page, q.code) in shown and q.code not in on_screen for q in questions_on(page))

    def leave(self, page: Screen) -> None:
        """Mark the page as seen."""
        if page.code not in self.state.seen:
            self.state.seen.append(page.code)
