"""Terms in their context, with the way back to sentence and section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import pandas as pd

from toolkit.terms.counts import counted_roles
from toolkit.terms.folding import IGNORED, fold, twin

# What a term without any of these is made of stands in one sentence: sentences end with a mark, or before the mark or
# the number of a heading (措施:一是), and a quotation mark that closes one may begin a term.
STOPS = re.compile(r"[^\w“”‘’\"'《》]|^[”’\"'》]|[㈠-㈩①-⑳⒈-⒛]|(?<=.)一是")


class Concordance(pd.DataFrame):
    """A table of concordance lines that shows itself with the keyword in the middle."""

    @property
    def _constructor(self) -> type:
        """Selections stay concordances."""
        return Concordance

    def __repr__(self) -> str:
        """Lines with the keyword in one column, as text."""
        if not {"label", "left", "keyword", "right"} <= set(self.columns):
            return super().__repr__()
        lines = []
        for row in self.head(60).to_dict("records"):
            left, keyword, right = (" ".join(str(row[name]).split()) for name in ("left", "keyword", "right"))
            width = sum(2 if ord(sign) > 0x2E7F else 1 for sign in left)
            lines.append(f"{row['label']}  {' ' * (40 - width)}{left} [{keyword}] {right}")
        rest = ", the first 60 shown" if len(self) > 60 else ""
        return "\n".join([*lines, f"{len(self)} lines{rest}"])

    def _repr_html_(self) -> str:
        """Lines with the keyword centred; everything from the corpus is escaped."""
        if not {"left", "keyword", "right"} <= set(self.columns):
            return super()._repr_html_()
        context = ("left", "keyword", "right")
        named = [name for name in ("label", "year", "role", "sentence_no") if name in self.columns]
        align = {"left": "right", "keyword": "center", "right": "left"}
        lines = []
        for row in self.head(200).to_dict("records"):
            cells = "".join(f"<td>{escape(str(row[name]))}</td>" for name in named)
            for name in context:
                text = escape(" ".join(str(row[name]).split()))
                text = f"<strong>{text}</strong>" if name == "keyword" else text
                cells += f'<td style="text-align:{align[name]}">{text}</td>'
            lines.append(f"<tr>{cells}</tr>")
        head = "".join(f"<th>{name}</th>" for name in (*named, *context))
        count = f"<p>{len(self)} lines{', the first 200 shown' if len(self) > 200 else ''}</p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{count}"


def kwic(
    corpus: object,
    term: str,
    *,
    window: int = 20,
    unit: str = "characters",
    sort_by: str | Sequence[str] = ("year", "label"),
    roles: Sequence[str] | None = None,
    regex: bool = False,
    limit: int | None = None,
) -> Concordance:
    """Every place of a term with its context (key word in context).

    Parameters
    ----------
    corpus
        Anything with the tables `documents` and `sentences`; `tokens` too where unit is "words". A
        store is gone through part by part.
    term
        Taken literally: `C++` and `(试行)` need no escaping. Quotation marks inside it and the width of
        characters make no difference.
    window
        Characters or words on each side; context stays within the report.
    unit
        "characters" or "words".
    sort_by
        Columns of documents or of the result; position comes last.
    roles
        Only sentences of these roles; all but meta where None.
    regex
        Read term as a regular expression on the folded text.
    limit
        At most so many lines, the first of the order. Of a store only the reports that hold them are read,
        if `sort_by` names columns of documents.

    Returns
    -------
    Concordance
        A DataFrame: doc_id, label, year, section_no, section, sentence_no, role, left, keyword, right,
        start, end (characters in the text).
    """
    if unit not in ("characters", "words"):
        raise ValueError(f"unit is {unit!r}; choose 'characters' or 'words'.")
    if not (isinstance(term, str) and fold(term)):
        raise ValueError(f"term is {term!r}; give one word or phrase to look for.")
    tables = ("sections", "sentences", *(["tokens"] if unit == "words" else []))
    corpus = corpus.few(*tables) if hasattr(corpus, "few") else corpus
    if hasattr(corpus, "parts"):
        options = {"window": window, "unit": unit, "sort_by": sort_by, "roles": roles, "regex": regex}
        store = corpus if regex or STOPS.search(term) else _with_term(corpus, term, sort_by, roles, limit)
        lines = [kwic(part, term, **options) for part in store.parts(*tables)]
        lines = lines or [kwic(corpus.where(doc_id=[]), term, **options)]
        keys = [sort_by] if isinstance(sort_by, str) else list(sort_by)
        lines = pd.concat(lines).sort_values([*keys, "doc_id", "start"], ignore_index=True, kind="stable")
        return Concordance(lines.head(limit))
    pattern = re.compile(term if regex else re.escape(fold(term)))
    rows = []
    words = _word_bounds(corpus) if unit == "words" else {}
    texts = corpus.documents.set_index("doc_id")["text"]
    for doc_id, text in texts.items():
        folded = twin(text)
        spans = [folded.span(*match.span()) for match in pattern.finditer(folded.text) if match[0]]
        bounds = words.get(doc_id, []) if unit == "words" else None
        for start, end in spans:
            first, last = _window(len(text), start, end, window, bounds)
            rows.append((doc_id, text[first:start], text[start:end], text[end:last], start, end))
    return _placed(corpus, rows, sort_by, roles).head(limit)


def spellings(term: str) -> str:
    """A regular expression (also for RE2) of all spellings of a term that `fold` makes one."""
    signs = []
    for sign in fold(term):
        wide = {" ": "\u00a0\u3000"}.get(sign) or (chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else "")
        signs.append(f"[{re.escape(sign)}{re.escape(wide)}]" if wide else re.escape(sign))
    return f"{IGNORED.pattern}*".join(signs)


def _with_term(
    store: object, term: str, sort_by: str | Sequence[str], roles: Sequence[str] | None, limit: int | None
) -> object:
    """The reports of a store that hold the term: as many, in the order, as hold the lines asked for."""
    [counts] = store.count_matches([spellings(term)], counted_roles(roles))
    keys = [sort_by] if isinstance(sort_by, str) else list(sort_by)
    if limit is not None and set(keys) <= set(store.documents):
        order = store.documents.sort_values([*keys, "doc_id"], kind="stable")["doc_id"]
        counts = counts.reindex(order[order.isin(counts.index)])
        counts = counts[counts.cumsum().shift(fill_value=0) < limit]
    return store.narrow(doc_id=list(counts.index))


def _word_bounds(corpus: object) -> dict[str, list[int]]:
    """Starts of the counted words of every report."""
    words = corpus.tokens[~corpus.tokens["kind"].isin(["punct", "space"])]
    return words.groupby("doc_id")["start"].agg(list).to_dict()


def _window(length: int, start: int, end: int, size: int, bounds: list[int] | None) -> tuple[int, int]:
    """First and last character of the context."""
    if bounds is None:
        return max(0, start - size), min(length, end + size)
    before = [bound for bound in bounds if bound < start][-size:] if size else []
    after = [bound for bound in bounds if bound >= end]
    return before[0] if before else start, after[size] if len(after) > size else length


def _placed(
    corpus: object, rows: list[tuple], sort_by: str | Sequence[str], roles: Sequence[str] | None
) -> Concordance:
    """Lines with their report, section and sentence, filtered by role and sorted."""
    lines = pd.DataFrame(rows, columns=["doc_id", "left", "keyword", "right", "start", "end"])
    lines = lines.astype({**dict.fromkeys(lines.columns, "str"), "start": "int64", "end": "int64"})
    places = corpus.sentences[["doc_id", "sentence_no", "section_no", "role", "start"]]
    places = places.rename(columns={"start": "at"}).sort_values("at")
    lines = pd.merge_asof(lines.sort_values("start"), places, left_on="start", right_on="at", by="doc_id")
    lines = lines[lines["role"].isin(counted_roles(roles))]
    titles = corpus.sections[["doc_id", "section_no", "marker", "title"]]
    titles = titles.assign(section=titles["marker"] + titles["title"])[["doc_id", "section_no", "section"]]
    lines = lines.merge(titles, on=["doc_id", "section_no"], how="left")
    sort_by = [sort_by] if isinstance(sort_by, str) else list(sort_by)
    known = {"label", "year", *corpus.documents.columns} - {"doc_id", "text"}
    unknown = [name for name in sort_by if name not in known | set(lines.columns)]
    if unknown:
        raise ValueError(f"sort_by names {unknown}; documents has {sorted(known)}.")
    extra = dict.fromkeys(["label", "year", *(name for name in sort_by if name not in lines.columns)])
    lines = lines.merge(corpus.documents[["doc_id", *extra]], on="doc_id", how="left")
    lines = lines.sort_values([*sort_by, "doc_id", "start"], ignore_index=True, kind="stable")
    shown = ["section_no", "section", "sentence_no", "role", "left", "keyword", "right", "start", "end"]
    return Concordance(lines[["doc_id", *extra, *shown]])
