"""Seconds and peak memory of the default measures on a document-term matrix of 28,000 x 20,000.

Run from the project's root: ``python benchmarks/measures.py [documents]``. The counts are random, with the
lengths and the falling frequencies of county reports (2,000 tokens of some 800 different terms each); nothing
is read or downloaded.
"""

import resource
import sys
import time

import numpy as np
import pandas as pd

from toolkit import measures as m

TERMS, TOKENS, YEARS = 20_000, 2_000, 10


def make_counts(documents: int) -> pd.DataFrame:
    """A counts table of one report a region and year.

    Repeated texts are categories, as a store returns them.
    """
    rng = np.random.default_rng(0)
    weights = 1 / np.arange(5, TERMS + 5) ** 1.2
    edges = np.cumsum(weights / weights.sum())
    codes, counts, lengths = [], [], []
    for _ in range(documents):
        found, n = np.unique(np.searchsorted(edges, rng.random(TOKENS)), return_counts=True)
        codes.append(found.astype(np.int16))
        counts.append(n.astype(np.int32))
        lengths.append(len(found))
    names = pd.Index([f"词{i:05}" for i in range(TERMS)])
    regions = pd.Index([f"{i:06}" for i in range(-(-documents // YEARS))])
    document = np.repeat(np.arange(documents, dtype=np.int32), lengths)
    ones = np.ones(len(document), np.int8)
    return pd.DataFrame(
        {
            "region_id": pd.Categorical.from_codes(document // YEARS, regions),
            "year": (2014 + document % YEARS).astype(np.int16),
            "term": pd.Categorical.from_codes(np.clip(np.concatenate(codes), 0, TERMS - 1), names),
            "count": np.concatenate(counts),
            "n_documents": ones,
            "n_tokens": np.full(len(document), TOKENS, np.int32),
            "n_reports": ones,
        }
    )


def main() -> None:
    """Print one line a measure."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 28_000
    counts = make_counts(documents)
    top = [f"词{i:05}" for i in range(20)]
    groups = counts[["region_id", "year"]].drop_duplicates()
    last = groups.assign(other_region_id=groups["region_id"], other_year=groups["year"] - 1)
    jobs = {
        "frequency": lambda: m.frequency(counts),
        "tf_idf": lambda: m.tf_idf(counts),
        "location_quotient": lambda: m.location_quotient(counts),
        "keyness, one year against the others": lambda: m.keyness(counts, target={"year": 2023}),
        "log_odds, one year against the others": lambda: m.log_odds(counts, target={"year": 2023}),
        "word_shift, two years": lambda: m.word_shift(
            counts, target={"year": 2023}, reference={"year": 2022}
        ),
        "dispersion over all reports": lambda: m.dispersion(counts),
        "trend of 20 terms in every region": lambda: m.trend(counts, terms=top),
        "pooled_trend of 20 terms": lambda: m.pooled_trend(counts, terms=top),
        "year_over_year of 20 terms": lambda: m.year_over_year(counts, terms=top),
        "new_and_vanished of 20 terms": lambda: m.new_and_vanished(counts, terms=top),
        "similarity to the own last year": lambda: m.similarity(counts, pairs=last),
        "similarity, ten nearest of all": lambda: m.similarity(counts, nearest=10, measures=["cosine"]),
    }
    print(f"{documents} documents x {TERMS} terms, {len(counts)} cells")
    print(f"{'the table itself':40} {'':>8}   {peak():7.0f} MB")
    for name, job in jobs.items():
        start = time.perf_counter()
        rows = len(job())
        print(
            f"{name:40} {time.perf_counter() - start:6.1f} s   {peak():7.0f} MB peak   {rows} rows",
            flush=True,
        )


def peak() -> float:
    """Largest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
