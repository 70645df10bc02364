"""Write docs/tables.md from toolkit/schemas.py and data/tables.csv: `python scripts/build_tables_page.py`."""

from pathlib import Path

from toolkit.schemas import TABLES, Table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
HEAD = """# Tables

Every table of the package, as `toolkit/schemas.py` and `toolkit/data/tables.csv` promise it (this page is made from them).
A function that returns one of these tables returns these columns, in this order, with these types.
`int?` may be missing (`<NA>`), a `float` that is undefined is `NaN`, text that is unknown is empty.
Offsets count Unicode code points from 0, the end excluded: `text[start:end]` is the surface.

Three zeros are kept apart: no report is `NaN`, a report without the term is 0, and what nobody asked
has no row.

The flags of a document are explained in [reading.md](reading.md) and [metadata.md](metadata.md).
"""


def _section(table: Table) -> str:
    """One table as Markdown."""
    head = (
        f"## {table.name}\n\nOne row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    )
    rows = "\n".join(f"| `{c.name}` | {c.dtype} | {c.unit} | {c.meaning} |" for c in table.columns)
    return f"{head}\n| column | type | unit | meaning |\n|---|---|---|---|\n{rows}\n"


AFTER = """The columns that `region_years` adds; an export gives each its Chinese label. Dictionaries d of the shipped
lexicon are party, functions, rules, decisions, enforcement, emergencies, disputes, supervision, society and technology;
your own keep their names.

| column | unit | meaning |
|---|---|---|
| `cnt_d` | occurrences | hits of the dictionary d by longest match |
| `shr_d` | share | `cnt_d / n_tokens`, the default |
| `shr_d_all`, `shr_d_ct`, `shr_d_han` | share | over `n_tokens_all`, `n_tokens_content`, `n_han` |
| `sent_d`, `para_d` | share | of sentences, and of characters in paragraphs, with a hit |
| `tfidf_d` | - | hits weighted by ln(N / reports with the wording), over `n_tokens` |
| `rca_d` | ratio | `shr_d` over the share in all reports |
| `ind_x` | in the label | value of the indicator x in the definition commonest in the corpus |
| `ind_x_st` | - | its state as in `panel`, or other definition, several periods |
| `ind_x_n` | facts | facts behind it; missing without a report |
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(_section, TABLES.values()), AFTER])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
