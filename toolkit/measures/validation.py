"""Is the dictionary right? A sample to code by hand, and what the verdicts say."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.resampling import wilson
from toolkit.schemas import listed, need

YES, NO = {"1", "1.0", "yes", "y", "true", "是", "对", "√"}, {"0", "0.0", "no", "n", "false", "否", "错", "×"}


def draw_sample(
    corpus: object,
    hits: pd.DataFrame | None = None,
    *,
    n: int = 50,
    by: Sequence[str] = ("dimension",),
    window: int = 40,
    seed: int = 0,
) -> pd.DataFrame:
    """Hits to be judged by a person: the same number from each stratum, in random order, each in its context.

    Parameters
    ----------
    corpus
        A corpus with documents and hits.
    hits
        The hits to sample; by default the corpus's that count (not nested).
    n
        Hits a stratum; all where there are fewer.
    by
        Columns of the hits that make the strata.
    window
        Characters of context on either side.
    seed
        Of the draw: the same seed gives the same sample.

    Returns
    -------
    DataFrame
        One row a hit: ``sample_no``, the columns of `by` (``dimension``), ``doc_id``, ``start``, ``end``,
        ``left``, ``surface``, ``right``, ``n_stratum`` (hits it stands for a share of), ``verdict`` and
        ``note`` (empty: to fill in).
    """
    hits = corpus.hits[corpus.hits["nested_in"] == ""] if hits is None else hits
    need(hits, [*by, "doc_id", "start", "end", "surface"], "The table of hits")
    size = hits.groupby(listed(by))["doc_id"].transform("size") if by else len(hits)
    mixed = hits.assign(n_stratum=size).sample(frac=1, random_state=np.random.default_rng(seed))
    drawn = mixed.groupby(listed(by), sort=False).head(n) if by else mixed.head(n)
    texts = corpus.documents.set_index("doc_id")["text"]
    spans = list(drawn[["doc_id", "start", "end"]].itertuples(index=False))
    drawn = drawn.assign(
        sample_no=np.arange(1, len(drawn) + 1),
        left=[texts[doc][max(start - window, 0) : start].replace("\n", " ") for doc, start, _ in spans],
        right=[texts[doc][end : end + window].replace("\n", " ") for doc, _, end in spans],
        verdict="",
        note="",
    )
    columns = [*by, "doc_id", "start", "end", "left", "surface", "right", "n_stratum", "verdict", "note"]
    return drawn[["sample_no", *columns]].reset_index(drop=True)


def write_sample(sample: pd.DataFrame, path: str | Path) -> Path:
    """Write a sample as a spreadsheet whose verdict column takes 1 or 0.

    Text stays text, whatever it begins with.
    """
    plain = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=plain) as writer:
        sample.to_excel(writer, sheet_name="sample", index=False, freeze_panes=(1, 0))
    return Path(path)


def read_verdicts(path: str | Path) -> pd.DataFrame:
    """Read a coded sample back (xlsx or csv): verdict True or False, missing where nothing was said.

    Raises
    ------
    ValueError
        Where a verdict is neither yes (1, yes, 是, 对) nor no (0, no, 否, 错) nor empty, with its row.
    """
    path = Path(path)
    read = pd.read_csv if path.suffix.lower() == ".csv" else pd.read_excel
    table = read(path, dtype="str", keep_default_na=False)
    need(table, ["sample_no", "verdict"], f"The coded sample {path.name!r}")
    said = table["verdict"].str.strip().str.lower()
    unknown = table[~said.isin({*YES, *NO, ""})]
    if len(unknown):
        number, verdict = unknown[["sample_no", "verdict"]].iloc[0]
        raise ValueError(f"{path.name}, sample_no {number}: verdict {verdict!r}; write 1 or 0.")
    verdict = said.map(lambda word: pd.NA if word == "" else word in YES).astype("boolean")
    numbers = dict.fromkeys({"sample_no", "start", "end", "n_stratum"} & {*table.columns}, "int64")
    return table.assign(verdict=verdict).astype(numbers)


def precision(verdicts: pd.DataFrame, *, by: Sequence[str] = ("dimension",)) -> pd.DataFrame:
    """Share of judged hits that are right, by stratum and in all, with Wilson intervals.

    In the last row (all) each stratum weighs by the hits it stands for; its interval takes the effective
    number of judgements. Hits without a verdict are left out: see `n_judged`.

    Returns
    -------
    DataFrame
        One row a stratum and one for all (empty in the columns of `by`): the columns of `by` (``dimension``),
        ``n_sampled``, ``n_judged``, ``n_right``, ``precision``, ``low``, ``high`` (95 %).
    """
    by, counted = listed(by), ["n_sampled", "n_judged", "n_right"]
    said = verdicts["verdict"].astype("boolean")
    right = verdicts.assign(right=said.astype("Float64"), judged=said.notna())
    stratum = {"n_sampled": ("right", "size"), "n_judged": ("judged", "sum"), "n_right": ("right", "sum")}
    table = right.groupby(by).agg(**stratum, weight=("n_stratum", "first")).reset_index()
    n = table["n_judged"].where(table["n_judged"] > 0)
    share, weight = table["n_right"] / n, table["weight"].where(n.notna())
    weight = weight / weight.sum()
    effective = 1 / (weight**2 / n).sum() if n.notna().any() else 0.0
    total = pd.DataFrame([dict.fromkeys(by, "") | table[counted].sum().to_dict()])
    table = pd.concat([table.drop(columns="weight"), total], ignore_index=True)
    table["precision"] = [*share, (weight * share).sum(min_count=1)]
    n = np.array([*n.fillna(0), effective])
    table["low"], table["high"] = wilson(table["precision"].fillna(0) * n, n)
    return table.astype(dict.fromkeys(counted, "int64"))


def recall(coded: pd.DataFrame, hits: pd.DataFrame, *, by: Sequence[str] = ("mechanism",)) -> pd.DataFrame:
    """Share of the mentions marked by a person in fully coded reports that the dictionary found.

    A mention is found where a hit with the same `by` overlaps it. `precision_full` is the share of the hits
    in those reports that overlap a mention. Mentions of one report are not independent: the intervals are too
    narrow.

    Parameters
    ----------
    coded
        All mentions in the coded reports: the columns of `by`, doc_id, start, end.
    hits
        The dictionary's hits; those of other reports are not looked at.

    Returns
    -------
    DataFrame
        One row each value of `by`: its columns (``mechanism``), ``n_mentions``, ``n_found``, ``n_hits``,
        ``recall``, ``low``, ``high``, ``precision_full``.
    """
    by, span = listed(by), ["doc_id", "start", "end"]
    coded = coded[[*by, *span]].assign(mention=range(len(coded)))
    hits = hits.loc[hits["doc_id"].isin(coded["doc_id"]), [*by, *span]].assign(hit=lambda h: range(len(h)))
    pairs = coded.merge(hits, on=[*by, "doc_id"], suffixes=("", "_hit"))
    pairs = pairs[(pairs["start"] < pairs["end_hit"]) & (pairs["start_hit"] < pairs["end"])]
    coded["found"], hits["right"] = coded["mention"].isin(pairs["mention"]), hits["hit"].isin(pairs["hit"])
    whole = ["n_mentions", "n_found", "n_hits", "n_right"]
    sums = [side.groupby(by)[name].agg(["size", "sum"]) for side, name in ((coded, "found"), (hits, "right"))]
    table = pd.concat(sums, axis=1).set_axis(whole, axis=1).fillna(0).astype("int64")
    table = table.sort_index().reset_index()
    table["recall"] = table["n_found"] / table["n_mentions"].where(table["n_mentions"] > 0)
    table["low"], table["high"] = wilson(table["n_found"], table["n_mentions"])
    table["precision_full"] = table.pop("n_right") / table["n_hits"].where(table["n_hits"] > 0)
    return table


def cohen_kappa(one: ArrayLike, two: ArrayLike) -> float:
    """Agreement of two coders beyond chance, 1 perfect, 0 as by chance.

    Items that either left out do not count.

    NaN where nothing was judged by both, or both always say the same one thing. With very uneven verdicts
    kappa is low although coders agree: give the raw agreement beside it. Cohen 1960,
    doi:10.1177/001316446002000104.
    """
    pairs = pd.DataFrame(zip(one, two, strict=True), columns=["one", "two"], dtype=object).dropna()
    agreed = (pairs["one"] == pairs["two"]).mean()
    shares = [pairs[name].value_counts(normalize=True) for name in pairs]
    chance = shares[0].mul(shares[1], fill_value=0).sum()
    return float((agreed - chance) / (1 - chance)) if len(pairs) and chance < 1 else np.nan
