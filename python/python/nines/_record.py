"""Results: dictionaries whose keys are attributes too."""

from __future__ import annotations

from typing import Any


class Record(dict[str, Any]):
    """A dictionary whose keys can be read as attributes: ``r["estimate"]`` is ``r.estimate``. It is plain JSON."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no `{name}`; it has {', '.join(self)}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))


def as_records(value: Any) -> Any:
    """The same value with every dictionary in it as a :class:`Record`."""
    if isinstance(value, dict):
        return Record({key: as_records(one) for key, one in value.items()})
    if isinstance(value, list):
        return [as_records(one) for one in value]
    return value
