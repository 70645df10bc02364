"""Tables become measure tables: pure functions, and the plain formulas over cells."""

from toolkit.lazy import attach

_ROOMS = {
    "cells": (
        "adjust bayes_factor chi_squared chi_squared_p delta_p dice difference_coefficient "
        "effect_log_likelihood fisher_exact log_dice log_likelihood log_ratio log_ratio_conservative "
        "minimum_sensitivity normalised_information odds_ratio percent_difference pointwise_information "
        "simple_maths t_score"
    ),
    "collocation": "collocates cooccurrence write_graphml",
    "diffusion": "adoption adoption_curve",
    "frequencies": "frequency location_quotient tf_idf zipf",
    "keywords": "keyness",
    "likeness": (
        "bag_jaccard containment cosine entropy jaccard js_distance js_divergence kl_divergence levenshtein "
        "similarity"
    ),
    "logodds": "log_odds tidylo_log_odds weighted_log_odds",
    "pooling": "breaks change_points negative_binomial pooled_trend",
    "resampling": "bootstrap bootstrap_rates bootstrap_sentences wilson",
    "reuse": "boilerplate novel_frequency shared_sentences shingles",
    "richness": "diversity hdd mattr mtld type_measures",
    "sheet": "attention attention_hits rank_stability",
    "shifts": "new_and_vanished word_shift",
    "spread": "dispersion reduced_frequency spread_measures",
    "trends": "mann_kendall poisson_fit poisson_rate sen_slope trend year_over_year",
    "wide": "region_years variable_name",
    "validation": "cohen_kappa draw_sample precision read_verdicts recall write_sample",
}
__getattr__, __dir__ = attach(__name__, _ROOMS)
