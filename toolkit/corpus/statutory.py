"""The statutory card: which of the demanded parts a 法治政府 report has, and whether it was on time."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit.corpus import wording
from toolkit.corpus.roles import named_roles
from toolkit.pieces import pieces
from toolkit.schemas import ROLES

# The five contents of a yearly report (督察工作规定 2019): the role of each, and words that at least name it.
PARTS = {
    "measures": ("achievement", ""),
    "shortcomings": ("problem", r"不足|存在[^。，,]{0,6}问题|差距|短板"),
    "leadership": ("leadership", r"第一责任人"),
    "plan": ("plan", r"下一?步|下一?年度|明年|今后"),
    "other": ("other", r"其[他它]需要报告"),
}


def statutory_card(corpus: Any) -> pd.DataFrame:
    """Tell which parts each yearly report has, whether it states causes, and whether it was on time.

    The regulation of 2019 on supervision (法治政府建设与责任落实督察工作规定) names five contents: measures
    and results, shortcomings and causes, how the first persons responsible did their duty, next year's plan,
    and other matters. Work reports (政府工作报告) have no such duty and get no row.

    Parameters
    ----------
    corpus
        What has the tables `documents`, `sections` and `sentences`; a store is gone through part by part.

    Returns
    -------
    pandas.DataFrame
        One row a report, in the order of `documents`:
        `doc_id`, `label` (str), `year_covered` (Int64);
        `measures`, `shortcomings`, `leadership`, `plan`, `other` (str): section (a heading of its own),
        passage (sentences of that role under another heading or none), mention (only named) or absent;
        `causes_stated` (boolean): whether the shortcomings name a cause, missing where there are none;
        `deadline` (str, ISO date): last day of the first quarter for the years 2015 to 2018, 1 April from
        2019, empty before; `dated` (str, ISO date) and `dated_by` (str): the date it is held against;
        `timeliness` (str): on time, late, or unknown where there is no date or no deadline.

    Notes
    -----
    Until 2018 the duty was to report, so the date of signature goes first; since 2019 it is to publish, so
    the date of publication goes first. A report known only by its signature may have been published late.
    The date of a web page may be that of a move to a new site. Rules for the leadership part were written
    from the regulation's wording and are untested on reports that have one.

    References
    ----------
    法治政府建设实施纲要（2015—2020年）, 2015; 法治政府建设与责任落实督察工作规定, 2019.
    """
    if hasattr(corpus, "parts"):
        card = pd.concat(map(statutory_card, pieces(corpus, "sections", "sentences")))
        place = pd.Series(range(len(corpus.documents)), corpus.documents["doc_id"])
        return card.sort_values("doc_id", key=place.get, ignore_index=True)
    documents = corpus.documents[corpus.documents["genre"] != "work report"].reset_index(drop=True)
    card = documents[["doc_id", "label", "year_covered"]].copy()
    present = _presence(corpus.sections, corpus.sentences)
    for part in PARTS:
        card[part] = "absent"
        for how in ("mention", "passage", "section"):
            card.loc[card["doc_id"].isin(present[part, how]), part] = how
    lacking = card["shortcomings"].isin(["section", "passage"])
    card["causes_stated"] = card["doc_id"].isin(present["causes"]).astype("boolean").where(lacking)
    columns = ["deadline", "dated", "dated_by", "timeliness"]
    times = pd.DataFrame(map(_timeliness, documents.to_dict("records")), columns=columns, dtype="str")
    return card.astype(dict.fromkeys(PARTS, "str")).join(times)


def _presence(sections: pd.DataFrame, sentences: pd.DataFrame) -> dict[str, set[str]]:
    """Return the documents that have each part as section, passage or mention, and those stating causes."""
    counted = sentences[sentences["role"] != "meta"]
    titles = {(row.doc_id, row.section_no) for row in sections[sections["level"] == 0].itertuples()}
    headed: dict[str, set[str]] = {role: set() for role in ROLES}
    for row in sections[sections["level"] > 0].itertuples():
        top = row.parent_no < 0 or (row.doc_id, row.parent_no) in titles
        names = named_roles(row.title, 1 if top else max(row.level, 2))
        if not names and row.role == "achievement":  # measures mostly go under names of their own
            names = ("achievement",)
        for role in names:
            headed[role].add(row.doc_id)
    present = {}
    for part, (role, words) in PARTS.items():
        present[part, "section"] = headed[role]
        present[part, "passage"] = set(counted.loc[counted["role"] == role, "doc_id"])
        named = counted["text"].str.contains(words) if words else counted["role"] == role
        present[part, "mention"] = set(counted.loc[named, "doc_id"])
    # 不足和原因 in a heading, which has no stop, states no cause
    lacks = counted[(counted["role"] == "problem") & counted["text"].str.contains("[。；;：:]")]
    present["causes"] = set(lacks.loc[lacks["text"].str.contains(wording.CAUSE), "doc_id"])
    return present


def _timeliness(document: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Deadline of a report's year, the date held against it, what date that is, and the verdict."""
    year = 0 if pd.isna(document["year_covered"]) else int(document["year_covered"])
    deadline = f"{year + 1}-04-01" if year >= 2019 else f"{year + 1}-03-31" if year >= 2015 else ""
    order = ("published_on", "issued_on") if year >= 2019 else ("issued_on", "published_on")
    dated_by = next((name for name in order if document[name]), "")
    dated = document[dated_by] if dated_by else ""
    known = bool(deadline and dated)
    return deadline, dated, dated_by, ("on time" if dated <= deadline else "late") if known else "unknown"
