"""``python -m nines`` is ``nines``."""

from ._cli import main

main()
