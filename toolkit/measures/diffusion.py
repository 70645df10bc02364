"""When regions first report a mechanism: first reported, never "adopted"."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.measures.cells import divide
from toolkit.measures.grids import BY
from toolkit.measures.pooling import breaks

STATUSES = ("first reported", "in the first report", "not reported")


def adoption(
    corpus: object, *, mechanisms: Sequence[str] | None = None, roles: Sequence[str] = ("achievement",)
) -> pd.DataFrame:
    """For each mechanism and region the first report that mentions it as achieved, with the evidence.

    Read `status`: only "first reported" dates anything, and only to the years after `last_year_without`; "in
    the first report" is censored on the left, "not reported" on the right. Reporting is not adopting: a
    region may have had it for years, or say so because a form asks. Mentions in plans and problems, and
    negated ones, do not count.

    Parameters
    ----------
    corpus
        A corpus with documents and hits.
    mechanisms
        Ids of the lexicon; by default all that occur.
    roles
        Roles of sentences that count as reporting it done.

    Returns
    -------
    DataFrame
        One row a mechanism and region with a report: ``mechanism``, ``region_id``, ``first_observed``,
        ``last_observed`` (years with a report), ``n_reports``, ``status``, ``first_year`` (of the first
        report that mentions it), ``last_year_without`` (of the last report before), ``doc_id``,
        ``sentence_no``, ``start``, ``surface`` (the first mention).
    """
    known = corpus.documents["year"].notna() & (corpus.documents["region_id"] != "")
    documents = corpus.documents.loc[known, ["doc_id", *BY]]
    hits, pair = corpus.hits, ["mechanism", "region_id"]
    counted = hits["role"].isin(list(roles)) & (hits["negated"] == "") & (hits["nested_in"] == "")
    evidence = ["doc_id", "sentence_no", "start", "surface"]
    found = hits.loc[counted, ["mechanism", *evidence]].merge(documents, on="doc_id")
    first = found.sort_values(["year", "doc_id", "start"]).drop_duplicates(pair)
    first = first.rename(columns={"year": "first_year"})
    names = hits["mechanism"].unique() if mechanisms is None else mechanisms
    asked, years = pd.DataFrame({"mechanism": names}, dtype="str"), documents.groupby("region_id")["year"]
    seen = years.agg(first_observed="min", last_observed="max", n_reports="size")
    table = asked.merge(seen.reset_index(), how="cross").merge(first, on=pair, how="left")
    earlier = table[[*pair, "first_year"]].merge(documents, on="region_id").query("year < first_year")
    before = earlier.groupby(pair)["year"].max().rename("last_year_without").reset_index()
    table = table.merge(before, on=pair, how="left")
    late, never = table["last_year_without"].notna(), table["first_year"].isna()
    table["status"] = np.select([never, late], [STATUSES[2], STATUSES[0]], STATUSES[1])
    order = ["first_observed", "last_observed", "n_reports", "status", "first_year", "last_year_without"]
    whole = ["first_observed", "last_observed", "first_year", "last_year_without", "sentence_no", "start"]
    table = table.fillna({"doc_id": "", "surface": ""}).astype(dict.fromkeys(whole, "Int64"))
    return table.sort_values(pair, ignore_index=True)[[*pair, *order, *evidence]]


def adoption_curve(first: pd.DataFrame) -> pd.DataFrame:
    """The share of regions that have reported each mechanism by each year, counting only those that could.

    Kaplan-Meier over regions at risk: those with an earlier report that lacks the mechanism, until their last
    report. Regions that mention it in their first report are left out, for their date is unknown. A year in
    which few regions are at risk moves the curve by leaps: read `n_at_risk`.

    Parameters
    ----------
    first
        From `adoption`.

    Returns
    -------
    DataFrame
        One row a mechanism and year: ``mechanism``, ``year``, ``n_at_risk`` (regions), ``n_first`` (that
        first report it), ``hazard`` (their ratio), ``share_reported`` (of regions, 0 to 1; NaN until one is at
        risk),
        ``n_left_censored`` (regions that had it in their first report, by this year), ``central_on`` (ISO
        date of the first central document of `breaks` on it; empty where there is none).
    """
    central = breaks().assign(mechanism=lambda table: table["mechanisms"].str.split()).explode("mechanism")
    central = central.sort_values("date").drop_duplicates("mechanism").set_index("mechanism")["date"]
    rows = []
    for mechanism, table in first.groupby("mechanism", sort=True):
        begin, end = (table[name].to_numpy(float) for name in ("first_observed", "last_observed"))
        event, left = (table["status"] == STATUSES[0]).to_numpy(), (table["status"] == STATUSES[1]).to_numpy()
        ends = np.where(event, table["first_year"].to_numpy(float, na_value=np.nan), end)
        years = np.arange(int(begin.min()), int(end.max()) + 1)
        year = years[:, None]
        at_risk = (~left & (begin < year) & (ends >= year)).sum(axis=1)
        new, censored = (event & (ends == year)).sum(axis=1), (left & (begin <= year)).sum(axis=1)
        hazard = divide(new, at_risk)
        share = np.where(at_risk.cumsum() > 0, 1 - np.cumprod(1 - np.nan_to_num(hazard)), np.nan)
        columns = (years, at_risk, new, hazard, share, censored)
        rows += [(mechanism, *row, central.get(mechanism, "")) for row in zip(*columns, strict=True)]
    names = "mechanism year n_at_risk n_first hazard share_reported n_left_censored central_on"
    return pd.DataFrame(rows, columns=names.split())
