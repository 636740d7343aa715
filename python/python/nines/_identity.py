"""What a policy in Python is known by: its name, and the files that its behaviour follows from."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import json
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Identity:
    """A policy and what it is recorded by.

    Attributes:
        policy: the callable.
        name: ``file.py:attribute`` or ``package.module:attribute``, as ``--policy`` takes it.
        covered: name and SHA-256 of each file that the fingerprint covers: that of the policy, and those that it names in ``nines_files``.
        not_covered: what it imports besides.
        module: the module that it stands in.
    """

    policy: Any
    name: str
    covered: list[tuple[str, str]]
    not_covered: list[str]
    module: ModuleType | None = None

    def to_send(self) -> Identity:
        """The same without the module, which cannot be pickled."""
        return replace(self, module=None)


#: Of each ``file.py`` that a policy was loaded from: the files that it names, and those of the modules beside it that it imported.
FILES: dict[str, list[Path]] = {}


def of(policy: Any) -> Identity:
    """The identity of a callable that is handed in."""
    kind = policy if inspect.isroutine(policy) or inspect.isclass(policy) else type(policy)
    name = f"{getattr(kind, '__module__', None) or 'python'}:{getattr(kind, '__qualname__', type(policy).__name__)}"
    return _identity(policy, name, sys.modules.get(getattr(kind, "__module__", "") or ""), kind)


def load(name: str, settings: str) -> Identity:
    """The policy of ``file.py:attribute`` or ``package.module:attribute``. With settings, or where it is a class, it is called with them."""
    place, _, attribute = name.rpartition(":")
    module = _from_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    found: Any = module
    for part in attribute.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            there = ", ".join(sorted(n for n in vars(module) if not n.startswith("_") and callable(getattr(module, n))))
            raise AttributeError(f"{place} has no `{attribute}`; it has {there or 'nothing that can be called'}") from None
    chosen = json.loads(settings)
    policy = found(**chosen) if chosen or inspect.isclass(found) else found
    if not callable(policy):
        raise TypeError(f"`{name}` is {type(policy).__name__}, which cannot be called with observations")
    if place.endswith(".py"):
        FILES[place] = [*(_folder(module) / one for one in _named(policy, module)), *_beside(module)]
    return _identity(policy, name, module, found)


def is_below(file: str | Path | None, folder: Path) -> bool:
    """Whether a file, by its whole path, lies in a folder, however deep."""
    return isinstance(file, (str, Path)) and Path(file).is_absolute() and folder in Path(file).resolve().parents


def is_installed(module: ModuleType) -> bool:
    """Whether a module comes with Python or with a package."""
    places = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    file = getattr(module, "__file__", None)
    return file is None or any(is_below(file, place) for place in places)


def _beside(module: ModuleType) -> list[Path]:
    folder = _folder(module)
    modules = [one for one in list(sys.modules.values()) if is_below(getattr(one, "__file__", None), folder)]
    return [Path(str(one.__file__)) for one in modules if not is_installed(one)]


def _folder(module: ModuleType | None) -> Path:
    file = getattr(module, "__file__", None)
    return Path(file).resolve().parent if file else Path.cwd()


def _named(policy: Any, module: ModuleType | None) -> list[str | Path]:
    """The files that a policy or its module names, from the module's folder."""
    extra = getattr(policy, "nines_files", None) or getattr(module, "nines_files", None) or []
    return [extra] if isinstance(extra, (str, Path)) else list(extra)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    # Files beside it can be imported, as when Python runs it; and pickle and dataclasses find it by its name.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def _identity(policy: Any, name: str, module: ModuleType | None, kind: Any) -> Identity:
    file = getattr(module, "__file__", None)
    covered = []
    if file and Path(file).is_file():
        covered.append((Path(file).name, _sha256(Path(file).read_bytes())))
    else:
        # Of a notebook or a prompt there is no file: what is known of the function itself.
        covered.append((name, _sha256(_code(kind))))
    for one in _named(policy, module):
        covered.append((str(one), _sha256((_folder(module) / one).read_bytes())))
    return Identity(policy, name, covered, sorted(_imported(module)), module)


def _code(kind: Any) -> bytes:
    called = vars(kind).get("__call__", kind) if inspect.isclass(kind) else kind
    code = getattr(called, "__code__", None)
    return b"" if code is None else code.co_code + repr(code.co_consts).encode()


def _imported(module: ModuleType | None) -> Iterable[str]:
    """Packages that a module has names of, beyond those that come with Python."""
    names = set()
    for value in vars(module).values() if module else ():
        of_value = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(of_value, str):
            names.add(of_value.partition(".")[0])
    own = {module.__name__.partition(".")[0] if module else "", "builtins"}
    return names - own - sys.stdlib_module_names


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
