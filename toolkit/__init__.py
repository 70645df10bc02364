"""Chinese government annual reports as citable data.

Public names are loaded when they are first used, so that ``import toolkit as tk`` costs nothing.
"""

from __future__ import annotations

from toolkit.lazy import attach

__version__ = "0.1.0"

_ROOMS = {
    "pipeline": "read_corpus Corpus",
    "builds": "build_store",
    "stored": "open_store",
    "corpus.coverages": "coverage",
    "corpus.statutory": "statutory_card",
    "terms.lexicon": "read_lexicon Lexicon",
    "terms.segment": "Segmenter",
    "terms.counts": "count_terms count_groups top_terms complete_years document_term_matrix place_terms",
    "terms.phrases": "count_phrases",
    "terms.concordance": "kwic",
    "terms.newwords": "new_words",
    "terms.user_words": "read_user_words",
    "terms.citations": "citations",
    "terms.passages": "passages",
    "measures": (
        "frequency tf_idf location_quotient trend pooled_trend change_points breaks year_over_year new_and_vanished "
        "word_shift keyness log_odds dispersion collocates cooccurrence diversity similarity adoption adoption_curve "
        "shared_sentences boilerplate novel_frequency attention attention_hits rank_stability region_years"
    ),
    "indicators": "facts panel audit",
    "exports": "export",
    "reports": "run_reports",
    "schemas": "SchemaError check",
    "": "corpus terms indicators measures plots reports schemas",
}
__getattr__, __dir__ = attach(__name__, _ROOMS)
