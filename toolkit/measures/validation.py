"""Is the dictionary right? A sample to code by hand, and what the verdicts say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.grids import need
from toolkit.measures.resampling import wilson

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
        One row a hit: ``sample_no``, the columns of `by`, ``doc_id``, ``start``, ``end``, ``left``,
        ``surface``, ``right``, ``n_stratum`` (hits it stands for a share of), ``verdict`` and ``note``
        (empty: to fill in).
    """
    hits = corpus.hits[corpus.hits["nested_in"] == ""] if hits is None else hits
    need(hits, [*by, "doc_id", "start", "end", "surface"], "The table of hits")
    size = hits.groupby(list(by))["doc_id"].transform("size") if by else len(hits)
    mixed = hits.assign(n_stratum=size).sample(frac=1, random_state=np.random.default_rng(seed))
    drawn = mixed.groupby(list(by), sort=False).head(n) if by else mixed.head(n)
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
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet, line = book.add_worksheet("sample"), book.add_format({"text_wrap": True, "valign": "top"})
        for column, name in enumerate(sample.columns):
            sheet.write_string(0, column, name)
            for row, value in enumerate(sample[name], 1):
                write = sheet.write_number if pd.api.types.is_number(value) else sheet.write_string
                write(row, column, value if pd.api.types.is_number(value) else str(value), line)
        verdicts = sample.columns.get_loc("verdict")
        sheet.data_validation(
            1, verdicts, max(len(sample), 1), verdicts, {"validate": "list", "source": ["1", "0"]}
        )
        sheet.freeze_panes(1, 0)
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
        row = unknown.iloc[0]
        raise ValueError(
            f"{path.name}, sample_no {row['sample_no']}: verdict {row['verdict']!r}; write 1 or 0."
        )
    verdict = said.map(lambda word: pd.NA if word == "" else word in YES).astype("boolean")
    numbers = [name for name in ("sample_no", "start", "end", "n_stratum") if name in table]
    return (
        table.assign(verdict=verdict)
        .astype(dict.fromkeys(numbers, "float"))
        .astype(dict.fromkeys(numbers, "int64"))
    )


def precision(verdicts: pd.DataFrame, *, by: Sequence[str] = ("dimension",)) -> pd.DataFrame:
    """Share of judged hits that are right, by stratum and in all, with Wilson intervals.

    In the last row (all) each stratum weighs by the hits it stands for; its interval takes the effective
    number of judgements. Hits without a verdict are left out: see `n_judged`.

    Returns
    -------
    DataFrame
        One row a stratum and one for all (empty in the columns of `by`): the columns of `by`, ``n_sampled``,
        ``n_judged``, ``n_right``, ``precision``, ``low``, ``high`` (95 %).
    """
    by = list(by)
    judged = verdicts[verdicts["verdict"].notna()].assign(right=lambda table: table["verdict"].astype(float))
    sampled = verdicts.groupby(by).agg(n_sampled=("verdict", "size"), weight=("n_stratum", "first"))
    found = judged.groupby(by).agg(n_judged=("right", "size"), n_right=("right", "sum"))
    table = sampled.join(found).fillna({"n_judged": 0, "n_right": 0}).reset_index()
    share = table["n_right"] / table["n_judged"].where(table["n_judged"] > 0)
    known = table["n_judged"] > 0
    weight = table["weight"].where(known, 0) / max(table.loc[known, "weight"].sum(), 1)
    variance = (weight**2 / table["n_judged"].where(known)).sum()
    n_effective = 1 / variance if variance else 0
    overall = (weight * share).sum() if known.any() else np.nan
    total = dict.fromkeys(by, "") | table[["n_sampled", "n_judged", "n_right"]].sum().to_dict()
    table = pd.concat([table.drop(columns="weight"), pd.DataFrame([total])], ignore_index=True)
    n = np.append(table["n_judged"].iloc[:-1], n_effective).astype(float)
    table["precision"] = np.append(share, overall).astype(float)
    table["low"], table["high"] = wilson(table["precision"].fillna(0) * n, n)
    return table.astype(dict.fromkeys(["n_sampled", "n_judged", "n_right"], "int64"))


def recall(coded: pd.DataFrame, hits: pd.DataFrame, *, by: Sequence[str] = ("mechanism",)) -> pd.DataFrame:
    """Share of the mentions a person marked in fully coded reports that the dictionary found, with Wilson intervals.

    A mention is found where a hit with the same `by` overlaps it. `precision_full` is the share of the hits in those
    reports that overlap a mention. Mentions of one report are not independent: the intervals are too narrow.

    Parameters
    ----------
    coded
        All mentions in the coded reports: the columns of `by`, doc_id, start, end.
    hits
        The dictionary's hits; those of other reports are not looked at.

    Returns
    -------
    DataFrame
        One row each value of `by`: its columns, ``n_mentions``, ``n_found``, ``recall``, ``low``, ``high``, ``n_hits``,
        ``precision_full``.
    """
    by, span = list(by), ["doc_id", "start", "end"]
    coded = coded[[*by, *span]].reset_index(drop=True).reset_index(names="mention")
    hits = (
        hits.loc[hits["doc_id"].isin(coded["doc_id"]), [*by, *span]]
        .reset_index(drop=True)
        .reset_index(names="hit")
    )
    pairs = coded.merge(hits, on=[*by, "doc_id"], suffixes=("", "_hit"))
    pairs = pairs[(pairs["start"] < pairs["end_hit"]) & (pairs["start_hit"] < pairs["end"])]
    coded["found"], hits["right"] = coded["mention"].isin(pairs["mention"]), hits["hit"].isin(pairs["hit"])
    table = coded.groupby(by)["found"].agg(n_mentions="size", n_found="sum")
    table = table.join(
        hits.groupby(by)["right"].agg(n_hits="size", precision_full="mean"), how="outer"
    ).reset_index()
    whole = ["n_mentions", "n_found", "n_hits"]
    table = table.fillna(dict.fromkeys(whole, 0)).astype(dict.fromkeys(whole, "int64"))
    table["recall"] = table["n_found"] / table["n_mentions"].where(table["n_mentions"] > 0)
    table["low"], table["high"] = wilson(table["n_found"], table["n_mentions"])
    return table[[*by, "n_mentions", "n_found", "recall", "low", "high", "n_hits", "precision_full"]]


def cohen_kappa(one: ArrayLike, two: ArrayLike) -> float:
    """Agreement of two coders beyond chance, 1 perfect, 0 as by chance.

    Items that either left out do not count.

    NaN where nothing was judged by both, or both always say the same one thing. With very uneven verdicts
    kappa is low although coders agree: give the raw agreement beside it. Cohen 1960,
    doi:10.1177/001316446002000104.
    """
    pairs = pd.DataFrame(
        {"one": pd.Series(np.asarray(one, object)), "two": pd.Series(np.asarray(two, object))}
    ).dropna()
    agreed = (pairs["one"] == pairs["two"]).mean() if len(pairs) else np.nan
    shares = [pairs[name].value_counts(normalize=True) for name in pairs]
    chance = shares[0].mul(shares[1], fill_value=0).sum()
    return float((agreed - chance) / (1 - chance)) if len(pairs) and chance < 1 else np.nan
