"""Where the shards of a campaign lie until all of them are there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from . import _shards
from ._run import load
from .errors import CampaignError, NinesError


class Place:
    """Where shards lie until all of them are there: ``<out>.shards``, with the order that they are of.

    Attributes:
        shards: the folder.
        rollouts: of each shard that is there.
        total: rollouts of the campaign.
    """

    def __init__(self, out: Path, files: dict[str, str], resume: bool) -> None:
        self.out, self.shards, self._record = out, Path(f"{out}.shards"), files["campaign.json"]
        self.rollouts: dict[int, int] = {}
        self._cut = self.shards / "cut.json"
        self._of = 0
        self.total = sum(one["rollouts"] for one in json.loads(self._record)["scenarios"])
        there = [path for path in (out, self.shards) if path.exists() and (not path.is_dir() or any(path.iterdir()))]
        if there and not resume:
            raise CampaignError(f"{there[0]} exists already", 6, "choose another `out`, or go on in it with resume=True")
        for path in there:
            record = path / "campaign.json"
            if record.exists() and record.read_text() != self._record:
                a, b = json.loads(record.read_text()), json.loads(self._record)
                keys = ", ".join(key for key in {**a, **b} if a.get(key) != b.get(key))
                raise CampaignError(f"{path} is of another campaign: {keys} differ", 6, "ask for the same, or choose another `out`")

    def merged(self) -> bool:
        """Whether nothing is left to do."""
        return (self.out / "campaign.json").exists()

    def cut(self, of: int) -> int:
        """Into how many shards the campaign is cut: as it was before, if it was. Finds the shards that are there."""
        self.shards.mkdir(parents=True, exist_ok=True)
        if self._cut.exists():
            of = json.loads(self._cut.read_text())["of"]
        else:
            (self.shards / "campaign.json").write_text(self._record)
            self._cut.write_text(json.dumps({"of": of}))
        self._of = of
        for number in range(1, of + 1):
            folder = self.shard(number)
            if folder.exists():
                try:
                    self.rollouts[number] = load(folder).summary.totals.rollouts
                except NinesError:
                    shutil.rmtree(folder)  # it is driven again
        return of

    def shard(self, number: int) -> Path:
        """Folder of a shard."""
        return self.shards / f"{number}-of-{self._of}"

    def keep(self, number: int, reply: _shards.Reply) -> None:
        """Keeps a shard that came back."""
        _shards.unpack(reply["folder"], self.shard(number))
        self.rollouts[number] = reply["rollouts"]

    def clear(self) -> None:
        """Removes the shards."""
        shutil.rmtree(self.shards)
