"""What one region's report needs of a corpus: its own tables, and counts of the others to stand against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.pipeline import Corpus, read_corpus
from toolkit.reports.folders import digest, write_json
from toolkit.reports.rates import dimension_rates, peer_ranges, role_shares
from toolkit.terms.counts import count_terms, place_terms

FEWEST_OF_A_YEAR = 5  # other reports of the same year; with fewer, those of all years are the reference
NEIGHBOURS = 5
_KEY = ["region_id", "genre", "year"]
_NUMBERS = ["count", "n_documents", "n_tokens", "n_reports"]
_TABLES = ("sides", "shared", "ranges")


class Unit(NamedTuple):
    """One report to make: a region and a genre, its row of the index, its years and the hash of its texts."""

    region_id: str
    genre: str
    row: dict[str, Any]
    years: str
    digest: str


class Slice(NamedTuple):
    """The tables of one region's report.

    `corpus` holds the region's reports of the genre; `beside` these and, if there is only one, those of its
    nearest neighbours in the order of codes. `sides` has terms of two groups, side ``this`` (the latest
    report) and ``others``, without rows for names of places, which denominators keep; `shared` says of each
    sentence who else has it (`shared_sentences` of the whole genre); `ranges` sets the latest report beside
    those alike (`peer_ranges`); `peers` says what the others are.
    """

    corpus: Corpus
    beside: Corpus
    sides: pd.DataFrame
    shared: pd.DataFrame
    ranges: pd.DataFrame
    peers: dict[str, Any]


@dataclass(frozen=True)
class Slices:
    """A corpus as the reports of its regions."""

    NAMES = ("region_id", "region_code", "region", "province", "prefecture", "genre", "body_kind")

    corpus: Corpus

    @cached_property
    def units(self) -> list[Unit]:
        """Every region and genre with a known region, in the order of the documents."""
        return list(self._units())

    @cached_property
    def unplaced(self) -> list[dict[str, Any]]:
        """Reports without a known region or year, as rows for the index: they are in no regional report."""
        lost = self.corpus.documents.drop(index=self._placed.index)
        notices = ["year_unknown" if d.region_id else "region_unknown" for d in lost.itertuples()]
        rows = lost[["path", "row"]].assign(status="flagged", reason=notices, detail="")
        return rows.to_dict("records")

    @cached_property
    def digest(self) -> str:
        """Hash of what was read of all reports: their bytes and what is said of them."""
        return _documents_digest(self.corpus.documents)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Terms of every region, genre and year, counted once."""
        return count_terms(self.corpus, by=_KEY)

    @cached_property
    def places(self) -> frozenset[str]:
        """Names of places and level words of the whole corpus."""
        return frozenset(place_terms(self.corpus))

    @cached_property
    def shared(self) -> pd.DataFrame:
        """Who else has each sentence, among reports of its genre."""
        from toolkit.measures import shared_sentences

        genres = self.corpus.documents["genre"].unique()
        return pd.concat([shared_sentences(self.corpus.where(genre=genre)) for genre in genres])

    @cached_property
    def rates(self) -> pd.DataFrame:
        """What each report is given to: name, doc_id, value; roles as shares, dimensions per 10,000 tokens."""
        names = {"role": "name", "dimension": "name", "share": "value", "per_10k": "value"}
        tables = (role_shares(self.corpus, ["doc_id"]), dimension_rates(self.corpus, ["doc_id"]))
        return pd.concat([table.rename(columns=names)[["doc_id", "name", "value"]] for table in tables])

    @cached_property
    def _totals(self) -> pd.DataFrame:
        """Terms of each genre and year over all regions."""
        return (
            self.counts.groupby(["genre", "year", "term"], observed=True)[["count", "n_documents"]]
            .sum()
            .reset_index()
        )

    def find(self, region: str, genre: str = "") -> Unit:
        """The unit of a region (code, id or name) and genre.

        Raises
        ------
        ValueError
            Where there is none, or the region has reports of several genres and none was named.
        """
        found = [
            unit
            for unit in self.units
            if region in (unit.region_id, unit.row["region_code"], unit.row["region"])
            and genre in ("", unit.genre)
        ]
        if len(found) == 1:
            return found[0]
        known = [f"{u.row['region_code']} {u.row['region']} ({u.genre})" for u in found or self.units]
        what = "several reports fit" if found else "no report is from"
        raise ValueError(
            f"{what} region {region!r}{f', genre {genre!r}' if genre else ''}; there are {known[:20]}."
        )

    def slice(self, region: str, genre: str = "") -> Slice:
        """The tables of one region's report."""
        unit = self.find(region, genre)
        documents = self._placed[self._placed["genre"] == unit.genre]
        mine = documents[documents["region_id"] == unit.region_id]
        latest = int(mine["year"].max())
        others, peers = self._others(unit, latest)
        here = (self.counts[name] == value for name, value in zip(_KEY, (*unit[:2], latest), strict=True))
        this = self.counts[np.logical_and.reduce(list(here))]
        sides = pd.concat([part[["side", "term", *_NUMBERS]] for part in (this.assign(side="this"), others)])
        ids = self._near(unit, documents) if mine["year"].nunique() == 1 else mine["doc_id"]
        beside = self.corpus.where(doc_id=list(ids))
        peers |= {"doc_ids": mine["doc_id"].tolist()}
        sides = sides[~sides["term"].isin(self.places)].reset_index(drop=True)
        shared = self.shared[self.shared["doc_id"].isin(mine["doc_id"])].reset_index(drop=True)
        report = mine.sort_values("year", kind="stable").iloc[-1]
        ranges = peer_ranges(self.rates, documents, report)
        return Slice(beside.where(doc_id=peers["doc_ids"]), beside, sides, shared, ranges, peers)

    def save(self, folder: Path, *, region: str | None = None, genre: str | None = None) -> None:
        """Write one region's slice, or the whole corpus, for `open_slice` and `open_corpus`."""
        if region is None:
            self.corpus.save(folder)
            return
        made = self.slice(region, genre or "")
        made.beside.save(folder)
        for name in _TABLES:
            getattr(made, name).to_parquet(folder / f"{name}.parquet", index=False)
        write_json(folder / "peers.json", made.peers)

    @cached_property
    def _placed(self) -> pd.DataFrame:
        """Documents whose region and year are known."""
        documents = self.corpus.documents
        return documents[(documents["region_id"] != "") & documents["year"].notna()]

    def _units(self) -> Iterator[Unit]:
        """Group the placed reports."""
        for (region_id, genre), group in self._placed.groupby(["region_id", "genre"], sort=False):
            last = group.sort_values("year", kind="stable").iloc[-1]
            sizes = group.groupby("year")["n_chars"].sum()
            row = {name: str(last[name]) for name in self.NAMES}
            row |= {
                "n_chars": {int(year): int(n) for year, n in sizes.items()},
                "flags": " ".join(dict.fromkeys(" ".join(group["flags"]).split())),
            }
            first, latest = int(group["year"].min()), int(last["year"])
            years = str(latest) if first == latest else f"{first}–{latest}"
            yield Unit(str(region_id), str(genre), row, years, _documents_digest(group))

    def _others(self, unit: Unit, year: int) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Counts of the other regions' reports as one group, and what they are."""
        documents = self._placed
        rest = documents[(documents["genre"] == unit.genre) & (documents["region_id"] != unit.region_id)]
        same = int((rest["year"] == year).sum()) >= FEWEST_OF_A_YEAR
        rest = rest[rest["year"] == year] if same else rest
        years = set(rest["year"])
        totals, own = (
            table[(table["genre"] == unit.genre) & table["year"].isin(years)]
            for table in (self._totals, self.counts)
        )
        own = own[own["region_id"] == unit.region_id]
        sums = [
            table.groupby("term", observed=True)[["count", "n_documents"]].sum() for table in (totals, own)
        ]
        others = sums[0].sub(sums[1], fill_value=0).astype("int64")
        others = others[others["count"] > 0].rename_axis("term").reset_index()
        others = others.assign(side="others", n_tokens=int(rest["n_tokens"].sum()), n_reports=len(rest))
        peers = {
            "n_reports": len(rest),
            "n_regions": int(rest["region_id"].nunique()),
            "years": [int(rest["year"].min()), int(rest["year"].max())] if len(rest) else [],
            "body_kinds": {str(k): int(n) for k, n in rest["body_kind"].value_counts().items()},
        }
        return others, peers

    def _near(self, unit: Unit, documents: pd.DataFrame) -> pd.Series:
        """The region's report and the latest of its neighbours: its prefecture and province come first."""
        latest = documents.sort_values("year", kind="stable").drop_duplicates("region_id", keep="last")
        latest = latest.sort_values(["region_code", "region_id"], ignore_index=True)
        here = latest.index[latest["region_id"] == unit.region_id][0]
        near = (latest.index.to_series() - here).abs().sort_values(kind="stable").index[: NEIGHBOURS + 1]
        return latest.loc[near.sort_values(), "doc_id"]


def open_corpus(folder: str | Path) -> Corpus:
    """Open a saved corpus, or read a folder of reports."""
    if (Path(folder) / "manifest.json").is_file():
        return Corpus.open(folder)
    return read_corpus(folder)


def open_slice(folder: str | Path, region: str, genre: str = "") -> Slice:
    """Open what a batch prepared for a region's report, or read a folder of reports and take the slice."""
    folder = Path(folder)
    if not (folder / "peers.json").is_file():
        return Slices(open_corpus(folder)).slice(region, genre)
    peers = json.loads((folder / "peers.json").read_text(encoding="utf-8"))
    beside = Corpus.open(folder)
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES]
    return Slice(beside.where(doc_id=peers["doc_ids"]), beside, *tables, peers)


def _documents_digest(documents: pd.DataFrame) -> str:
    """Hash of reports: bytes and metadata, the text itself left out (the bytes' hash stands for it)."""
    return digest(documents.drop(columns="text").astype("str").to_dict("split"))
