"""What can go wrong, with the exit code that the command line has for it.

Every exception of the package is a :class:`NinesError`. Exceptions of your own functions come out as themselves.
"""

from __future__ import annotations

__all__ = ["CampaignError", "InputError", "NinesError", "NotFoundError", "PolicyError", "StoreError", "UsageError"]


class NinesError(Exception):
    """An error of nines.

    Attributes:
        exit_code: what ``nines`` on the command line exits with (``docs/cli.md``).
        help: what to do about it, or ``None``.
    """

    def __init__(self, message: str, exit_code: int = 70, help: str | None = None) -> None:
        super().__init__(message, exit_code, help)
        self.message = message
        self.exit_code = exit_code
        self.help = help

    def __str__(self) -> str:
        return self.message if self.help is None else f"{self.message}\n  help: {self.help}"


class UsageError(NinesError, ValueError):
    """An argument that cannot be: an unknown policy or method, a value out of range (exit code 2)."""


class NotFoundError(NinesError, LookupError):
    """A name, glob or tag without a match (exit code 4)."""


class InputError(NinesError, ValueError):
    """A file that is not there, does not parse or does not fit (exit code 5)."""


class CampaignError(NinesError):
    """A campaign folder that is in the way, damaged, in use, or of other settings (exit code 6)."""


class PolicyError(NinesError):
    """A policy that cannot be had (exit code 7)."""


class StoreError(NinesError, OSError):
    """Reading or writing failed (exit code 8)."""

    def __init__(self, message: str, exit_code: int = 8, help: str | None = None) -> None:
        NinesError.__init__(self, message, exit_code, help)


_BY_EXIT_CODE: dict[int, type[NinesError]] = {
    2: UsageError,
    4: NotFoundError,
    5: InputError,
    6: CampaignError,
    7: PolicyError,
    8: StoreError,
}


def of_exit_code(exit_code: int, message: str, help: str | None) -> NinesError:
    """The exception that stands for an exit code."""
    return _BY_EXIT_CODE.get(exit_code, NinesError)(message, exit_code, help)
