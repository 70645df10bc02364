"""The wide panel: one row a region-year, with sizes, attention, reuse, stated figures and their states."""

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd

from toolkit.corpus.extracts import read_rows
from toolkit.corpus.regions import region_of
from toolkit.corpus.statutory import statutory_card
from toolkit.indicators import audit, panel, read_indicators
from toolkit.indicators import facts as facts_of
from toolkit.measures.reuse import WORDY, _hashes, boilerplate, shared_by_year, shared_sentences
from toolkit.measures.sheet import dictionaries, lay_out, measure
from toolkit.pieces import by_region

Labels = dict[str, tuple[str, str]]  # of a column: its Chinese label and its unit
KEY = ["region_id", "genre", "body_kind", "year"]
_ENTITY = KEY[:3]
_PLACE = ["region", "province", "prefecture", "level"]
_REPORT = [
    "region_code",
    "reporting_body",
    "subject",
    "year_delivered",
    "published_on",
    "issued_on",
    "doc_id",
]
_REPORT += ["label", "sha256", "source_url", "flags", "n_chars"]
_SIZES = {
    "tokens": "n_tokens_all",
    "tokens without punctuation": "n_tokens",
    "content tokens": "n_tokens_content",
    "Han characters": "n_han",
    "sentences": "n_sentences",
}
_UPPER = ("nation", "province", "prefecture")
_SCOPES: Mapping[str, str] = {"own body": "本机关", "whole jurisdiction": "全域"}
_DEFINITION = ["unit", "actor_scope", "capacity", "statistic"]
_NO_FIGURE = ("not stated", "no report")


def region_years(
    corpus: object,
    facts: pd.DataFrame | None = None,
    *,
    lexicon: object = None,
    indicators: list[str] | None = None,
) -> pd.DataFrame:
    """One row a region and year (and genre and kind of body), all that was measured as columns, for Stata or R.

    A year without a report is a row with `collected` False, the region's code of that year, and nothing
    measured. A figure stands in the column of its indicator only in the definition (unit, actor scope,
    capacity, statistic) that is commonest in the corpus; the label of the column names it. Definitions,
    periods, approximations and evidence beyond that are in the long `panel`, which has the same key.

    Parameters
    ----------
    corpus
        A corpus, or a store: it is gone through a thousand reports and some hundred regions at a time.
    facts
        Its facts; left out, they are made, or read from the store, with the regions.
    lexicon
        As in `attention`; left out, the shipped lexicon by dimension.
    indicators
        Ids to show; by default those that any fact has.

    Returns
    -------
    DataFrame
        Key ``region_id``, ``genre``, ``body_kind``, ``year`` (covered); ``panel_id`` (int, one for each of the
        first three, to be declared with year); ``collected`` (bool); place and report as in `documents`;
        ``timeliness``; ``n_tokens`` (without punctuation), ``n_tokens_all``, ``n_tokens_content``, ``n_han``,
        ``n_sentences``, ``n_paragraphs``; for each dictionary d ``cnt_d``, ``shr_d`` (over n_tokens) and
        ``shr_d_all``, ``shr_d_ct``, ``shr_d_han``, ``sent_d``, ``para_d``, ``tfidf_d``, ``rca_d``;
        ``reuse_own``, ``reuse_peer``, ``reuse_both``, ``novel_shr`` (sum to 1) and ``reuse_up`` (share of runs
        that stand in a report of a higher level over it, same year; NaN where there is none);
        for each indicator ``ind_x`` (value), ``ind_x_st`` (state of `panel`, or "other definition", "several
        periods") and ``ind_x_n`` (facts behind it); ``qa_n_conflict``, ``qa_n_fail``, ``qa_n_uncertain``.
        Sorted by the key. ``attrs["labels"]`` and ``attrs["units"]`` are what `export` writes beside them.

    Raises
    ------
    ValueError
        Where two reports stand for one row.
    """
    from toolkit.terms.lexicon import read_lexicon

    reports = _reports(corpus.documents)
    table, labels = _grid(reports), {}
    cells, audited = _figures(corpus, facts, indicators)
    measured, named = _attention(corpus, read_lexicon() if lexicon is None else lexicon)
    labels |= named
    timely = statutory_card(corpus)[["doc_id", "timeliness"]]
    for part in (timely, measured, _reuse(corpus), audited):
        table = table.merge(part, on="doc_id", how="left")
    stated, named = _stated(cells, table)
    labels |= named
    conflicts = cells[cells["state"] == "conflict"].value_counts(KEY).rename("qa_n_conflict").reset_index()
    table = table.merge(stated, on=KEY, how="left").merge(conflicts, on=KEY, how="left")
    none = table["qa_n_conflict"].isna() & table["collected"]  # where there is no report, nothing was counted
    table["qa_n_conflict"] = table["qa_n_conflict"].mask(none, 0).astype("Int64")
    texts = table.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]
    table[texts] = table[texts].fillna("").astype("str")
    for name in [name for name in table if name.startswith("ind_") and name.endswith("_st")]:
        gap = np.where(table["collected"], *_NO_FIGURE)
        table[name] = table[name].where(table[name] != "", gap).astype("str")
        number = f"{name.removesuffix('_st')}_n"
        table[number] = table[number].mask(table[number].isna() & table["collected"], 0)
    table.attrs["labels"] = {name: label for name, (label, _) in labels.items()}
    table.attrs["units"] = {name: unit for name, (_, unit) in labels.items()}
    return table


def variable_name(indicator_id: str) -> str:
    """The indicator's name as a variable: ASCII, at most 25 characters, its words cut evenly where too long.

    Examples
    --------
    >>> variable_name("litigation.lost_rate"), variable_name("litigation.leader_appearance_cases")
    ('liti_lost_rate', 'liti_leader_appeara_cases')
    """
    group, _, rest = indicator_id.partition(".")
    words, longest = rest.split("_"), 25
    while len(name := "_".join([group[:4], *(word[:longest] for word in words)])) > 25:
        longest -= 1
    return name


def _reports(documents: pd.DataFrame) -> pd.DataFrame:
    """Reports with the year they cover; unplaced ones left out, two for one row refused."""
    year = documents["year_covered"].fillna(documents["year"])
    table = documents.assign(year=year)
    known = table["year"].notna() & (table["region_id"] != "")
    if not known.all():
        count = int((~known).sum())
        warnings.warn(f"{count} reports without region or year are not in the panel.", stacklevel=3)
    table = table[known]
    twice = table[table.duplicated(KEY, keep=False)].sort_values(KEY)
    if len(twice):
        raise ValueError(
            f"Two reports stand for one region-year, such as {twice['label'].tolist()[:2]}; choose one, with "
            'duplicates="keep-longest" or corpus.where(reporting_body=...), or use the long panel.'
        )
    return table.astype({"year": "int64"})


def _grid(reports: pd.DataFrame) -> pd.DataFrame:
    """Every entity in every year of the corpus, with its report where there is one."""
    span = range(reports["year"].min(), reports["year"].max() + 1) if len(reports) else ()
    entities = reports[_ENTITY].drop_duplicates().sort_values(_ENTITY, ignore_index=True)
    entities["panel_id"] = np.arange(1, len(entities) + 1)
    grid = entities.merge(pd.DataFrame({"year": span}, dtype="int64"), how="cross")
    table = grid.merge(reports[[*KEY, *_PLACE, *_REPORT]], on=KEY, how="left")
    table[_PLACE] = table.groupby("panel_id")[_PLACE].transform(lambda column: column.ffill().bfill())
    table.insert(len(KEY) + 1, "collected", table["doc_id"].notna())
    near = table.groupby("panel_id")["region_code"].transform(lambda column: column.ffill().bfill())
    codes = map(_code_in, near, table["region_id"], table["year"])
    table["region_code"] = table["region_code"].where(table["collected"], pd.Series(codes, table.index))
    numbers = dict.fromkeys(("year_delivered", "n_chars"), "Int64")
    first = ["panel_id", *KEY, "collected"]
    return table[[*first, *_PLACE, *_REPORT]].astype(numbers).sort_values(KEY, ignore_index=True)


def _code_in(near: str, region_id: str, year: int) -> str:
    """The code of a region in a year: that of its nearest report, or its id, if it was valid then."""
    return next((code for code in (near, region_id) if region_of(code[:6], year)), "")


def _figures(
    corpus: object, facts: pd.DataFrame | None, indicators: list[str] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells of the long panel that say something, and how many checks of its figures each report fails or leaves open."""
    cells, audited = [], []
    for part in by_region(corpus, "sentences"):
        ids = part.documents["doc_id"]
        told = _told(corpus, part) if facts is None else facts[facts["doc_id"].isin(ids)]
        cells.append(panel(part, told, indicators=indicators, gaps=False))
        audited.append(_audited(part, told))
    return pd.concat(cells, ignore_index=True), pd.concat(audited, ignore_index=True)


def _told(corpus: object, part: object) -> pd.DataFrame:
    """Facts of some reports, read where a store has them."""
    return facts_of(corpus.narrow(doc_id=part.documents["doc_id"]) if hasattr(corpus, "narrow") else part)


def _attention(corpus: object, lexicon: object) -> tuple[pd.DataFrame, Labels]:
    """Every denominator of each report, the sheet's usual conventions as columns, their labels and units."""
    usual, measured = read_rows("attention_columns"), measure(corpus, lexicon)
    ways = dict.fromkeys((row["numerator"], row["denominator"]) for row in usual)
    sheet = lay_out(corpus.documents, measured, dictionaries(lexicon), list(ways))
    columns, labels, short = {}, {}, {r["dictionary"]: r["variable"] for r in read_rows("dictionaries")}
    cells = sheet.set_index(["dictionary", "numerator", "denominator", "doc_id"]).sort_index()
    for name in sheet["dictionary"].unique():
        for row in read_rows("attention_columns"):
            variable = row["variable"].format(short.get(name, name))
            columns[variable] = cells.loc[(name, row["numerator"], row["denominator"]), row["column"]]
            labels[variable] = (f"{name}：{row['label']}", row["unit"])
    wide = measured.sizes.pivot(index="doc_id", columns="denominator", values="size")[list(_SIZES)]
    sizes = wide.rename(columns=_SIZES).join(measured.n_paragraphs.rename("n_paragraphs"))
    counts = {name: "Int64" for name in columns if name.startswith("cnt_")}
    table = pd.DataFrame(columns, index=corpus.documents["doc_id"]).astype(counts)
    sizes = sizes.fillna({"n_paragraphs": 0}).astype("Int64")
    return sizes.join(table).rename_axis("doc_id").reset_index(), labels


def _reuse(corpus: object) -> pd.DataFrame:
    """Shares of text that stands elsewhere too."""
    names = {"own_last_year": "reuse_own", "other_regions": "reuse_peer", "both": "reuse_both"}
    shared = [boilerplate(rows) for rows in shared_by_year(corpus)] or [boilerplate(shared_sentences(corpus))]
    table = pd.concat(shared).rename(columns={**names, "novel": "novel_shr"})
    return table.drop(columns="n_runs").merge(_reuse_up(corpus), on="doc_id", how="left")


def _reuse_up(corpus: object, n: int = 13) -> pd.DataFrame:
    """The share of each report's runs of 13 characters that a report over it (nation, province, prefecture) has."""
    rows = []
    for _, group in corpus.documents.groupby(["year", "genre"]):
        upper = [*group[group["level"].isin(_UPPER)].itertuples()]
        if not upper:
            rows += [(doc_id, np.nan) for doc_id in group["doc_id"]]
            continue
        part = corpus.where("sentences", doc_id=group["doc_id"]) if hasattr(corpus, "parts") else corpus
        kept = part.sentences[
            (part.sentences["role"] != "meta") & part.sentences["doc_id"].isin(group["doc_id"])
        ]
        texts = kept.groupby("doc_id")["text"].agg("".join).map(lambda text: WORDY.sub("", text))
        runs = {doc_id: np.unique(_hashes(texts.get(doc_id, ""), n)) for doc_id in group["doc_id"]}
        for report in group.itertuples():
            over, own = (
                [runs[other.doc_id] for other in upper if _is_over(other, report)],
                runs[report.doc_id],
            )
            known = over and len(own)
            rows.append((report.doc_id, np.isin(own, np.concatenate(over)).mean() if known else np.nan))
    return pd.DataFrame(rows, columns=["doc_id", "reuse_up"]).astype({"doc_id": "str", "reuse_up": "float64"})


def _is_over(other: object, report: object) -> bool:
    """Whether the other report is of the nation, or of the province or prefecture that the report's place is in."""
    place = _UPPER.index(other.level)
    below = report.level not in _UPPER or _UPPER.index(report.level) > place
    same = [getattr(other, name) == getattr(report, name) for name in _UPPER[1 : place + 1]]
    return below and all(same)


def _audited(corpus: object, facts: pd.DataFrame) -> pd.DataFrame:
    """How many checks of its figures each report fails, or leaves open."""
    checks = audit(corpus, facts)
    found = pd.crosstab(checks["doc_id"], checks["result"]).reindex(columns=["fail", "uncertain"])
    found = found.add_prefix("qa_n_").rename_axis(columns=None)
    index = pd.Index(corpus.documents["doc_id"], name="doc_id")
    return found.reindex(index).fillna(0).astype("Int64").reset_index()


def _stated(cells: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.DataFrame, Labels]:
    """Value, state and number of facts of each indicator in its commonest definition; labels and units."""
    said = cells[~cells["state"].isin(_NO_FIGURE)]
    usual = said.value_counts(["indicator_id", *_DEFINITION]).reset_index()
    usual = usual.sort_values(["indicator_id", "count", *_DEFINITION], ascending=[True, False, *[True] * 4])
    usual = usual.drop_duplicates("indicator_id").drop(columns="count")
    place = [*KEY, "indicator_id"]
    told = ["value", "state", "n_facts"]
    chosen = _one_period(said.merge(usual, on=["indicator_id", *_DEFINITION]), place)
    others = said[place].drop_duplicates().assign(value=np.nan, state="other definition", n_facts=0)
    known = pd.concat([chosen[[*place, *told]], others]).drop_duplicates(place)
    wide = known.pivot(index=KEY, columns="indicator_id", values=told)
    wide = wide.reindex(pd.MultiIndex.from_frame(table[KEY]))
    names = {row.indicator_id: row.zh for row in read_indicators()}
    columns, labels = {}, {}
    for row in usual.itertuples(index=False):
        variable, one = f"ind_{variable_name(row.indicator_id)}", wide.xs(row.indicator_id, axis=1, level=1)
        columns[variable] = one["value"].astype("float64").to_numpy()
        columns[f"{variable}_st"] = one["state"].to_numpy()
        columns[f"{variable}_n"] = one["n_facts"].astype("Int64").array
        words = "；".join(filter(None, [row.unit, _SCOPES.get(row.actor_scope, ""), row.capacity]))
        label = f"{names[row.indicator_id]}（{words}）"
        labels[variable] = (label, row.unit)
        labels |= {f"{variable}_st": (f"{label}披露状态", ""), f"{variable}_n": (f"{label}事实数", "facts")}
    return pd.concat([table[KEY], pd.DataFrame(columns)], axis=1), labels


def _one_period(cells: pd.DataFrame, place: list[str]) -> pd.DataFrame:
    """One cell a place: the whole year where there is one, else the only period; several have no value."""
    year = cells["year"].astype(str)
    whole = (cells["period_start"] == year + "-01-01") & (cells["period_end"] == year + "-12-31")
    ordered = cells.assign(whole=whole).sort_values("whole", ascending=False, kind="stable")
    groups = ordered.groupby(place)["whole"]
    clear = (groups.transform("size") == 1) | (groups.transform("sum") == 1)
    several = {"value": np.nan, "state": "several periods", "n_facts": 0}
    ordered.loc[~clear, list(several)] = list(several.values())
    return ordered.drop_duplicates(place)
