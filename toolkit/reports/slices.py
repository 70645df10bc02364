"""What one region's report needs of a corpus: its own tables, and counts of the others to stand against."""

from __future__ import annotations

import contextlib
import ctypes
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.files import write_json
from toolkit.pipeline import Corpus, read_corpus
from toolkit.reports.rates import ALIKE, dimension_rates, only, peer_ranges, role_shares
from toolkit.store import MANIFEST, digest, read_manifest, read_record, write_part
from toolkit.stored import Store, open_store
from toolkit.terms.counts import count_terms, place_terms

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST_OF_A_YEAR = 5  # other reports of the same year; with fewer, those of all years are the reference
NEIGHBOURS = 5
BUNDLE = 40  # regions whose rows are loaded from a store together: it reads each of its parts for them
MEMORY = "400MB"  # for counts: as fast as with more, and a batch has other processes beside it
MOST_OTHERS = 2000  # terms the report does not have; rarer ones cannot be characteristic by their absence
_KEY = ["region_id", "genre", "year"]
_NUMBERS = ["count", "n_documents", "n_tokens", "n_reports"]
_TABLES = ("sides", "shared", "ranges")
_WHOLE_TABLES = ("totals", "places", "rates")
_WHOLE = {"year", "n_other_regions", "n_other_regions_most"}  # whole numbers that may be missing
_STORE = "store.json"  # in the place of a comparison's corpus: where the store is


class Unit(NamedTuple):
    """One report to make: a region and a genre, its row of the index, its years and the hash of its texts."""

    region_id: str
    genre: str
    row: dict[str, Any]
    years: str
    digest: str


class Held(NamedTuple):
    """What the slices of some units are cut from: their rows, and who shares their sentences."""

    corpus: Corpus
    shared: pd.DataFrame


class Slice(NamedTuple):
    """The tables of one region's report.

    `corpus` holds the region's reports of the genre; `beside` these and, if there is only one, those of its
    nearest neighbours in the order of codes. `sides` has terms of two groups, side ``this`` (the latest
    report) and ``others``, without rows for names of places, which denominators keep; of terms that this side
    lacks, the others' 2,000 most frequent. `shared` says of each sentence who else has it
    (`shared_sentences` of the whole genre); `ranges` sets the latest report beside those alike
    (`peer_ranges`); `peers` says what the others are.
    """

    corpus: Corpus
    beside: Corpus
    sides: pd.DataFrame
    shared: pd.DataFrame
    ranges: pd.DataFrame
    peers: dict[str, Any]


@dataclass(frozen=True)
class Slices:
    """A corpus or a store as the reports of its regions.

    What the whole corpus must be asked for is computed once, part by part, and kept in the folder `cache`
    where one is given; a slice then costs what its region holds.
    """

    NAMES = ("region_id", "region_code", "region", "province", "prefecture", "genre", "body_kind")

    corpus: Corpus | Store
    cache: Path | None = None

    @cached_property
    def documents(self) -> pd.DataFrame:
        """The reports, without their texts."""
        return self.corpus.documents.drop(columns="text", errors="ignore")

    @cached_property
    def units(self) -> list[Unit]:
        """Every region and genre with a known region, in the order of the documents."""
        return list(self._units())

    @cached_property
    def unplaced(self) -> list[dict[str, Any]]:
        """Reports without a known region or year, as rows for the index: they are in no regional report."""
        lost = self._lost
        notices = ["year_unknown" if d.region_id else "region_unknown" for d in lost.itertuples()]
        rows = lost[["path", "row"]].assign(status="flagged", reason=notices, detail="")
        return rows.to_dict("records")

    @cached_property
    def digest(self) -> str:
        """Hash of what was read of all reports: their bytes and what is said of them."""
        return digest(self._prints.to_list())

    @cached_property
    def places(self) -> frozenset[str]:
        """Names of places and level words of the whole corpus."""
        return frozenset(self._tables["places"]["term"])

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
        return self.cut(unit, self.load([unit]))

    def load(self, units: Iterable[Unit]) -> Held:
        """The rows that the slices of these units are cut from, in memory."""
        ids = sorted({doc_id for unit in units for doc_id in self._beside(unit)})
        return Held(self.corpus.where(doc_id=ids), self._shared_rows(ids))

    def cut(self, unit: Unit, held: Held) -> Slice:
        """The tables of one report, its rows from what `load` gave."""
        mine = self._mine(unit)
        report = mine.sort_values("year", kind="stable").iloc[-1]
        beside = held.corpus.where(doc_id=self._beside(unit))
        corpus = beside.where(doc_id=mine["doc_id"])
        counts = count_terms(corpus, by=_KEY)
        this = counts[counts["year"] == report["year"]]
        others, peers = self._others(unit, int(report["year"]), counts, set(this["term"]))
        sides = pd.concat([part[["side", "term", *_NUMBERS]] for part in (this.assign(side="this"), others)])
        sides = sides[~sides["term"].isin(self.places)].reset_index(drop=True)
        shared = held.shared[held.shared["doc_id"].isin(mine["doc_id"])].reset_index(drop=True)
        peers |= {"doc_ids": mine["doc_id"].tolist(), "dropped": self._dropped(mine)}
        return Slice(corpus, beside, sides, shared, self._ranges(report), peers)

    def save(self, folder: Path, unit: Unit, held: Held) -> None:
        """Write one report's slice for `open_slice`."""
        made = self.cut(unit, held)
        made.beside.save(folder)
        for name in _TABLES:
            getattr(made, name).to_parquet(folder / f"{name}.parquet", index=False)
        write_json(folder / "peers.json", made.peers)

    def save_whole(self, folder: Path) -> None:
        """Write the whole corpus for `open_corpus`; of a store, where it is."""
        if isinstance(self.corpus, Store):
            write_json(folder / _STORE, {"store": str(self.corpus.folder.resolve())})
        else:
            self.corpus.save(folder)

    def prepare(self) -> None:
        """Compute what the whole corpus must be asked for, or read what was computed before."""
        _ = self._tables

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        """Of the whole corpus: totals of terms, names of places, what texts are given to; kept beside `_shared`."""
        import pyarrow as pa

        if not self.cache:
            return self._made()
        if read_record(self.cache) is None:
            shutil.rmtree(self.cache, ignore_errors=True)  # what is there is not what was written
            made = self._made().items()
            arrow = {name: pa.Table.from_pandas(table, preserve_index=False) for name, table in made}
            write_part(self.cache, arrow | {"shared": self._shared()})
            del arrow, made
            _give_back()
        kept = {name: pd.read_parquet(self.cache / f"{name}.parquet") for name in _WHOLE_TABLES}
        return {
            name: table.astype(dict.fromkeys(_WHOLE & set(table), "Int64")) for name, table in kept.items()
        }

    def _made(self) -> dict[str, pd.DataFrame]:
        """Compute the small ones."""
        places = pd.DataFrame({"term": pd.Series(place_terms(self.corpus), dtype="str")})
        return dict(zip(_WHOLE_TABLES, (self._totals(), places, self._rates()), strict=True))

    def _totals(self) -> pd.DataFrame:
        """Terms of each genre and year over all regions; falling counts, so that the first are the most."""
        keys = ["genre", "year", "term"]
        table = count_terms(self.corpus, by=keys[:2]).dropna(subset="year").set_index(keys)[_NUMBERS[:2]]
        strays = self._lost[self._lost["year"].notna()]
        if len(strays):  # in no region, so neither in the others' tokens
            rows = count_terms(self.corpus.where(doc_id=list(strays["doc_id"])), by=keys[:2])
            table = table.sub(rows.set_index(keys)[_NUMBERS[:2]], fill_value=0).astype("int64")
        return table.reset_index()

    def _shared(self) -> pa.Table:
        """Who else has each sentence, among reports of its genre: `shared_sentences` with reports as numbers."""
        import pyarrow as pa

        from toolkit.measures.reuse import shared_by_year, shared_sentences

        genres = sorted(self.documents["genre"].unique())
        pieces = (table for genre in genres for table in shared_by_year(only(self.corpus, genre=genre)))
        tables = [_numbered(piece, "doc_id", "source") for piece in pieces]
        nobody = (
            [] if tables else [_numbered(shared_sentences(only(self.corpus, doc_id=[])), "doc_id", "source")]
        )
        return pa.concat_tables(tables or nobody)

    @cached_property
    def _shared_at_hand(self) -> pa.Table:
        """The same where nothing is kept on the disk."""
        return self._shared()

    def _shared_rows(self, doc_ids: Sequence[str]) -> pd.DataFrame:
        """The rows of some reports: few of millions, which stay on the disk where they are kept there."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        wanted = pc.field("doc_id").isin(pa.array(doc_ids, pa.string()))
        if self.cache:
            self.prepare()
            found = pq.read_table(self.cache / "shared.parquet", filters=wanted)
        else:
            found = self._shared_at_hand.filter(wanted)
        whole = dict.fromkeys(_WHOLE & set(found.column_names), "Int64")
        found = found.to_pandas().astype({"doc_id": "str", "source": "str", **whole})
        return found.sort_values(["doc_id", "sentence_no"], ignore_index=True)

    def _rates(self) -> pd.DataFrame:
        """What each report is given to: name, doc_id, value; roles as shares, dimensions per 10,000 tokens."""
        names = {"role": "name", "dimension": "name", "share": "value", "per_10k": "value"}
        tables = (role_shares(self.corpus, ["doc_id"]), dimension_rates(self.corpus, ["doc_id"]))
        return pd.concat([table.rename(columns=names)[["doc_id", "name", "value"]] for table in tables])

    @cached_property
    def _prints(self) -> pd.Series:
        """What was read of each report as one text; the hash of its bytes stands for its own text."""
        columns = [self.documents[name].astype("str").fillna("") for name in self.documents]
        return pd.Series(["\x1f".join(row) for row in zip(*columns, strict=True)], self.documents.index)

    @cached_property
    def _placed(self) -> pd.DataFrame:
        """Documents whose region and year are known."""
        return self.documents[(self.documents["region_id"] != "") & self.documents["year"].notna()]

    @cached_property
    def _lost(self) -> pd.DataFrame:
        """The other documents."""
        return self.documents.drop(index=self._placed.index)

    @cached_property
    def _genres(self) -> dict[str, pd.DataFrame]:
        """The placed documents of each genre."""
        return dict(iter(self._placed.groupby("genre")))

    @cached_property
    def _latest(self) -> dict[str, pd.DataFrame]:
        """The latest report of each region of a genre, in the order of the codes."""
        order, options = ["region_code", "region_id"], {"keep": "last", "ignore_index": True}
        return {
            genre: table.sort_values("year", kind="stable")
            .drop_duplicates("region_id", **options)
            .sort_values(order, ignore_index=True)
            for genre, table in self._genres.items()
        }

    @cached_property
    def _groups(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The documents of each region and genre."""
        return dict(iter(self._placed.groupby(_KEY[:2], sort=False)))

    @cached_property
    def _alike(self) -> dict[tuple, tuple[pd.DataFrame, pd.DataFrame]]:
        """Values and documents of each set of reports that may be held against each other."""
        rates = self._tables["rates"]
        at = rates.groupby("doc_id").indices
        groups = self._placed.groupby(ALIKE)
        return {key: (_rows(rates, at, group["doc_id"]), group) for key, group in groups}

    @cached_property
    def _references(self) -> dict[tuple[str, tuple[int, ...]], pd.DataFrame]:
        """Terms of a genre in some years, as they were asked for."""
        return {}

    def _mine(self, unit: Unit) -> pd.DataFrame:
        """The documents of a unit."""
        return self._groups[unit.region_id, unit.genre]

    def _beside(self, unit: Unit) -> list[str]:
        """Reports of a unit; those of its neighbours too where it has only one year."""
        mine = self._mine(unit)
        return list(self._near(unit) if mine["year"].nunique() == 1 else mine["doc_id"])

    @cached_property
    def _left_out(self) -> dict[str, list[str]]:
        """Inputs that the policy for duplicates set aside, by each file of their region and year."""
        ledger, found = self.corpus.ledger, defaultdict(list)
        names = set(ledger["path"])
        for row in ledger[ledger["reason"] == "duplicate"].itertuples():
            listing, path = row.detail.partition("the files are ")[2].removesuffix("."), ""
            for piece in listing.split(
                ", "
            ):  # a path may have a comma too: it ends where a file's name is whole
                path = f"{path}, {piece}" if path else piece
                if path in names:
                    found[path].append(f"{row.path} row {row.row}" if row.row else row.path)
                    path = ""
        return found

    def _dropped(self, mine: pd.DataFrame) -> list[str]:
        """Inputs of the same region and year as these files that were set aside; beside rows of tables none."""
        files = mine.loc[mine["row"] == 0, "path"]
        return sorted({left for path in files for left in self._left_out.get(path, ())})

    def _ranges(self, report: pd.Series) -> pd.DataFrame:
        """The report beside those alike."""
        values, group = self._alike[tuple(report[name] for name in ALIKE)]
        return peer_ranges(values, group, report)

    def _units(self) -> Iterator[Unit]:
        """Group the placed reports."""
        for (region_id, genre), group in self._groups.items():
            last = group.sort_values("year", kind="stable").iloc[-1]
            sizes = group.groupby("year")["n_chars"].sum()
            row = {name: str(last[name]) for name in self.NAMES}
            row |= {
                "n_chars": {int(year): int(n) for year, n in sizes.items()},
                "flags": " ".join(dict.fromkeys(" ".join(group["flags"]).split())),
            }
            first, latest = int(group["year"].min()), int(last["year"])
            years = str(latest) if first == latest else f"{first}–{latest}"
            prints = digest([*self._prints[group.index], *self._dropped(group)])
            yield Unit(str(region_id), str(genre), row, years, prints)

    def _others(
        self, unit: Unit, year: int, counts: pd.DataFrame, here: set[str]
    ) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Counts of the other regions' reports as one group, and what they are."""
        documents = self._genres[unit.genre]
        rest = documents[documents["region_id"] != unit.region_id]
        same = int((rest["year"] == year).sum()) >= FEWEST_OF_A_YEAR
        rest = rest[rest["year"] == year] if same else rest
        years = tuple(sorted({int(y) for y in rest["year"]}))
        own = counts[counts["year"].isin(years)].groupby("term")[_NUMBERS[:2]].sum()
        all_of_them = self._reference(unit.genre, years)
        most = all_of_them.head(MOST_OTHERS + len(own)).index.union(own.index)
        others = all_of_them.loc[most].sub(own, fill_value=0).astype("int64")
        others = others[others["count"] > 0].rename_axis("term").reset_index()
        absent = others[~others["term"].isin(here)].nlargest(MOST_OTHERS, "count")
        others = others[others["term"].isin(here) | others.index.isin(absent.index)]
        others = others.assign(side="others", n_tokens=int(rest["n_tokens"].sum()), n_reports=len(rest))
        peers = {
            "n_reports": len(rest),
            "n_regions": int(rest["region_id"].nunique()),
            "years": [min(years), max(years)] if years else [],
            "body_kinds": {str(k): int(n) for k, n in rest["body_kind"].value_counts().items()},
        }
        return others, peers

    def _reference(self, genre: str, years: tuple[int, ...]) -> pd.DataFrame:
        """Terms of a genre in some years over all regions, the most frequent first."""
        if (genre, years) not in self._references:
            totals = self._tables["totals"]
            table = totals[(totals["genre"] == genre) & totals["year"].isin(years)]
            table = table.groupby("term")[_NUMBERS[:2]].sum()
            self._references[genre, years] = table.sort_values("count", ascending=False, kind="stable")
        return self._references[genre, years]

    def _near(self, unit: Unit) -> pd.Series:
        """The region's report and the latest of its neighbours: its prefecture and province come first."""
        latest = self._latest[unit.genre]
        here = latest.index[latest["region_id"] == unit.region_id][0]
        near = (latest.index.to_series() - here).abs().sort_values(kind="stable").index[: NEIGHBOURS + 1]
        return latest.loc[near.sort_values(), "doc_id"]


def open_corpus(folder: str | Path) -> Corpus | Store:
    """Open a saved corpus, a store or what a batch prepared, or read a folder of reports."""
    folder = Path(folder)
    if (folder / _STORE).is_file():
        folder = Path(json.loads((folder / _STORE).read_text(encoding="utf-8"))["store"])
    if not (folder / MANIFEST).is_file():
        return read_corpus(folder)
    stored = "folders" in read_manifest(folder)
    return open_store(folder, memory=MEMORY) if stored else Corpus.open(folder)


def open_slice(folder: str | Path, region: str, genre: str = "") -> Slice:
    """Open what a batch prepared for a region's report, or read a folder of reports and take the slice."""
    folder = Path(folder)
    if not (folder / "peers.json").is_file():
        return Slices(open_corpus(folder)).slice(region, genre)
    peers = json.loads((folder / "peers.json").read_text(encoding="utf-8"))
    beside = Corpus.open(folder)
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES]
    return Slice(beside.where(doc_id=peers["doc_ids"]), beside, *tables, peers)


def _give_back() -> None:
    """Return freed memory to the system; where that has to be asked for, it stays with the process otherwise."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError):  # glibc alone keeps it, and has this function
        ctypes.CDLL(None).malloc_trim(0)


def _numbered(table: pd.DataFrame, *words: str) -> pa.Table:
    """The table as Arrow, each different word once."""
    import pyarrow as pa

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    for name in words:
        arrow = arrow.set_column(arrow.column_names.index(name), name, arrow[name].dictionary_encode())
    return arrow


def _rows(table: pd.DataFrame, at: dict[str, np.ndarray], doc_ids: Sequence[str]) -> pd.DataFrame:
    """The rows of some reports, found by index and not by a search through the table."""
    found = [at[doc_id] for doc_id in doc_ids if doc_id in at]
    return table.take(np.concatenate(found) if found else []).reset_index(drop=True)
