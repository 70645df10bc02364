"""Draw the gallery in figures/gallery from the seeds: each figure with its data, its page with alt texts.

Run from the project's root: ``python scripts/build_gallery.py``. The same seeds give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib import rc_context

import toolkit as tk
from toolkit import measures, plots
from toolkit.plots.style import style
from toolkit.reports.studies import FIGURES, Choice
from toolkit.terms.counts import complete_years, place_terms, top_terms

ROOT = Path(__file__).resolve().parents[1]


def tables(corpus: tk.Corpus) -> dict[str, tuple[str, pd.DataFrame, dict[str, object]]]:
    """For each figure of the gallery: the plot's name, its table, its options."""
    documents = corpus.documents
    one = documents.loc[documents["region_code"] == "621122"].iloc[0]
    names = documents[["region_code", "year", "region"]]
    counts = tk.count_terms(corpus, by=["region_code", "year"])
    whole = complete_years(counts)  # a report without a term is 0, a year without a report no row here
    whole = whole[whole["n_reports"] > 0]
    ranked = tk.frequency(whole).merge(names, on=["region_code", "year"])
    places = set(place_terms(corpus))
    ranked = ranked[~ranked["term"].isin(places)].drop(columns="region_code")
    chosen = ["行政执法", "行政复议", "营商环境", "普法", "公开"]
    keys = tk.keyness(counts, target={"region_code": one["region_code"]})
    keys = keys[~keys["term"].isin(places)]
    keys = pd.concat([keys.head(12), keys.tail(12)])
    sentences = corpus.sentences[corpus.sentences["role"] != "meta"].merge(documents[["doc_id", "label"]])
    sizes = (
        sentences.assign(share=sentences["text"].str.len())
        .groupby(["label", "role"], sort=False)["share"]
        .sum()
    )
    shares = (sizes / sizes.groupby("label").transform("sum")).reset_index()
    hits = corpus.hits[corpus.hits["surface"] == "行政执法"].merge(documents[["doc_id", "label", "text"]])
    hits["position"] = hits["start"] / hits["text"].str.len()
    terms = top_terms(counts.groupby("term", as_index=False)["count"].sum(), 10, leave_out=places)["term"]
    study = {name: FIGURES[name](corpus, Choice([], [])) for name in ("coverage", "dimensions", "provinces")}
    return {
        "frequency": (
            "frequency_and_cloud",
            ranked[ranked["region"] == one["region"]].nlargest(40, "per_10k"),
            {},
        ),
        "keyness": ("keyness", keys, {"title": f"{one['region']}报告的特征词"}),
        "side_by_side": (
            "side_by_side",
            ranked[ranked["term"].isin(chosen)],
            {"terms": chosen},
        ),
        "roles": ("roles", shares, {"row": "label"}),
        "dispersion": ("dispersion", hits[["label", "position"]], {"title": "“行政执法”在报告中的位置"}),
        "heat_map": ("heat_map", ranked[ranked["term"].isin(list(terms))], {}),
        "cooccurrence": ("cooccurrence", measures.cooccurrence(corpus).head(30), {}),
        **{name: (drawn.plot, drawn.table, dict(drawn.options)) for name, drawn in study.items()},
    }


def main() -> None:
    """Read the seeds, draw, save, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "figures" / "gallery")
    out = parser.parse_args().out
    matplotlib.use("Agg")
    corpus = tk.read_corpus(ROOT / "seeds")
    page = [
        "# Gallery",
        "",
        "Drawn from `seeds/` by `python scripts/build_gallery.py`; data beside each figure.",
        "",
    ]
    for name, (plot, table, options) in tables(corpus).items():
        for kind, language in (("screen", "zh"), ("paper-1col", "en")):
            stem = out / f"{name}-{language}"
            with rc_context(style(kind, language=language)):
                given = {key: value for key, value in options.items() if language == "zh" or key != "title"}
                if "column" in given:
                    given["column"] = f"name_{language}"
                axes = getattr(plots, plot)(table, language=language, **given)
                data = table if language == "zh" else None
                plots.save_figure(axes, stem, dpi=150, data=data, close=True)
            page += [f"![{plots.alt_text(axes, language)}]({stem.name}.png)", ""]
    (out / "README.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
