"""Which terms mark one set of reports against another."""

from collections.abc import Mapping, Sequence

import pandas as pd

from toolkit.measures import cells
from toolkit.measures.grids import cells_of, choice, two_sides

MEASURES = {
    "log_likelihood_2": lambda a, b, n1, n2: cells.log_likelihood(a, b, n1, n2, cells=2, signed=True),
    "williams": lambda a, b, n1, n2: cells.log_likelihood(a, b, n1, n2, signed=True, williams=True),
    "chi_squared": cells.chi_squared,
    "chi_squared_yates": lambda a, b, n1, n2: cells.chi_squared(a, b, n1, n2, yates=True),
    "fisher_p": cells.fisher_exact,
    "log_ratio_hardie": cells.log_ratio,
    "percent_difference": cells.percent_difference,
    "odds_ratio": cells.odds_ratio,
    "bayes_factor": cells.bayes_factor,
    "effect_log_likelihood": cells.effect_log_likelihood,
    "simple_maths": cells.simple_maths,
    "difference_coefficient": cells.difference_coefficient,
    "pmi": cells.pointwise_information,
}


def keyness(
    counts: pd.DataFrame,
    *,
    target: Mapping[str, object],
    reference: Mapping[str, object] | None = None,
    measures: Sequence[str] = (),
    min_documents: int = 2,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Key terms of the target against the reference: an effect size beside a significance.

    Read `log_ratio` first (1 is twice, 2 four times as frequent), `p_adjusted` as a filter, and order by
    `log_ratio_conservative`, which is 0 for what is not significant. The tests take tokens for independent
    draws; reports repeat themselves and each other, so p is too small: raise `min_documents` and read the
    concordance.

    Parameters
    ----------
    counts
        From `count_terms`.
    target, reference
        Which groups: a key column and its value or values, such as ``{"region_code": "621122"}``. The
        reference is all other groups unless it is given.
    measures
        More columns: any of `MEASURES` (log_likelihood_2, williams, chi_squared, chi_squared_yates, fisher_p,
        log_ratio_hardie, percent_difference, odds_ratio, bayes_factor, effect_log_likelihood, simple_maths,
        difference_coefficient, pmi).
    min_documents
        Leave out terms in fewer reports of both sides together.
    confidence
        Of the interval behind `log_ratio_conservative`.

    Returns
    -------
    DataFrame
        One row a term, strongest first (`log_ratio_conservative`, then `log_likelihood`, falling, then term):
        ``term``, ``count_target``, ``count_reference``, ``n_tokens_target``, ``n_tokens_reference``,
        ``n_documents`` (both sides), ``per_10k_target``, ``per_10k_reference``, ``log_ratio`` (Walter, log2),
        ``log_ratio_conservative`` (LRC, log2), ``log_likelihood`` (G2 of four cells, negative where rarer in
        the target), ``p``, ``p_adjusted`` (Benjamini-Hochberg), and the chosen measures.

    Raises
    ------
    ValueError
        Where target or reference choose nothing or overlap, or a measure is unknown.

    References
    ----------
    Dunning 1993; Hardie 2014; Evert 2022, doi:10.17605/OSF.IO/CY6MW; Gabrielatos 2018.
    """
    for name in measures:
        choice(name, MEASURES, "measures")
    table = two_sides(counts, target, reference)
    found = table["count_target"] + table["count_reference"] > 0
    table = table[found & (table["n_documents"] >= min_documents)].reset_index(drop=True)
    a, b, n1, n2 = cells_of(table)
    g2, family = cells.log_likelihood(a, b, n1, n2, signed=True), max(len(table), 1)
    p = cells.chi_squared_p(g2)
    nearest = cells.log_ratio_conservative(a, b, n1, n2, confidence=confidence, family=family)
    table = table.assign(
        per_10k_target=cells.divide(a, n1) * 1e4,
        per_10k_reference=cells.divide(b, n2) * 1e4,
        log_ratio=cells.log_ratio(a, b, n1, n2, smoothing=0.5),
        log_ratio_conservative=nearest,
        log_likelihood=g2,
        p=p,
        p_adjusted=cells.adjust(p),
        **{name: MEASURES[name](a, b, n1, n2) for name in measures},
    )
    order = ["log_ratio_conservative", "log_likelihood", "term"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)
