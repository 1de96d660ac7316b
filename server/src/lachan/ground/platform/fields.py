"""Model fields: values sealed at rest."""

from typing import Any

from django.db import models

from lachan.ground.platform import keyring


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text encrypted with the key outside the database. Find it by a blind index beside it, never by this column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    @property
    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: bytes | memoryview | None, expression: object, connection: object) -> str | None:
        return None if value is None else keyring.unseal(bytes(value), self._context)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return super().get_db_prep_value(keyring.seal(str(value), self._context), connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        # Serialisers (fixtures, dumps) must not carry the plain text.
        raise TypeError(f"{self._context} is sealed and is not serialised")
