"""Where a form's answers wait until they are sent: with the account, or in the session of someone without one."""

from datetime import timedelta
from typing import Any, Protocol

from django.contrib.sessions.backends.base import SessionBase

from lachan.ground.platform.ids import uuid7
from lachan.register.access.models import Account
from lachan.register.forms.flow import State
from lachan.register.forms.models import Draft, FormVersion
from lachan.register.forms.validate import today
from lachan.register.people.models import Person

# A form not finished within a week is thrown away.
KEEP_DAYS = 7


class Store(Protocol):
    """The draft of one form being filled in. `version` is the one it was begun under."""

    version: FormVersion

    def load(self) -> State: ...

    def save(self, state: State) -> None: ...

    def clear(self) -> None: ...


def _state(data: Any) -> State:
    return State(
        answers=dict(data.get("answers") or {}),
        seen=list(data.get("seen") or []),
        key=data.get("key") or str(uuid7()),
    )


class SessionStore:
    """For someone without an account: ends with the session."""

    def __init__(self, session: SessionBase, purpose: str, version: FormVersion) -> None:
        self.session, self.name = session, f"forms:{purpose}"
        begun = FormVersion.objects.filter(pk=session.get(self.name, {}).get("version")).first()
        self.version = begun or version

    def load(self) -> State:
        return _state(self.session.get(self.name, {}))

    def save(self, state: State) -> None:
        self.session[self.name] = {**state.plain(), "version": self.version.pk}

    def clear(self) -> None:
        self.session.pop(self.name, None)


class DraftStore:
    """For an account: taken up again on another device, thrown away after a week without a touch."""

    def __init__(self, account: Account, purpose: str, version: FormVersion, person: Person | None) -> None:
        self.account, self.purpose, self.person = account, purpose, person
        # Locked for the request: two tabs that save at once must not lose each other's answers.
        self.draft = Draft.objects.select_for_update(of=("self",)).filter(account=account, purpose=purpose).first()
        self.version = self.draft.version if self.draft else version

    def load(self) -> State:
        return _state(self.draft.state if self.draft else {})

    def save(self, state: State) -> None:
        self.draft, _created = Draft.objects.update_or_create(
            account=self.account,
            purpose=self.purpose,
            defaults={
                "version": self.version,
                "person": self.person,
                "state": state.plain(),
                "erase_at": today() + timedelta(days=KEEP_DAYS),
            },
        )

    def clear(self) -> None:
        Draft.objects.filter(account=self.account, purpose=self.purpose).delete()
        self.draft = None
