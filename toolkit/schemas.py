"""Every table of the package: what one row is, its key, its columns with type and unit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

ROLES = ("achievement", "problem", "rectification", "plan", "leadership", "other", "meta")
TOKEN_KINDS = ("word", "term", "number", "latin", "punct", "space")
COUNTED_KINDS = ("word", "term", "number", "latin")
STATUSES = ("ok", "flagged", "failed", "skipped")
GENRES = ("annual report", "work report", "unknown")
BODY_KINDS = ("government", "party-and-government", "department", "township", "zone", "unknown")
SUBJECTS = ("法治政府", "法治建设", "依法行政", "政府工作", "unknown")
LEVELS = ("nation", "province", "prefecture", "county", "township", "zone", "unknown")

# pandas dtypes by the short names used below; nullable where a value may be unknown.
DTYPES = {
    "str": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "bool": "bool",
    "bool?": "boolean",
}


class SchemaError(ValueError):
    """A table does not have the columns, types or key that its schema promises."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, type (a key of `DTYPES`), unit and meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """The promise a table keeps: what one row is, which columns identify it, which columns it has."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in their fixed order."""
        return [column.name for column in self.columns]

    def frame(self, rows: object = ()) -> pd.DataFrame:
        """Build the table from rows (tuples in column order, or dicts), with the promised types."""
        data = pd.DataFrame(list(rows), columns=self.names)
        return data.astype({column.name: DTYPES[column.dtype] for column in self.columns})


def _table(name: str, row: str, key: str, columns: str) -> Table:
    """Build a Table from lines `name | dtype | unit | meaning`."""
    parsed = (tuple(part.strip() for part in line.split("|")) for line in columns.strip().splitlines())
    return Table(name, row, tuple(key.split()), tuple(Column(*parts) for parts in parsed))


DOCUMENTS = _table(
    "documents",
    "one report",
    "doc_id",
    """
    doc_id | str | - | 12 hex digits of the file's SHA-256, and -ROW for a row of a table file; never renamed
    label | str | - | name for people: code-year-region
    region_code | str | - | six-digit division code valid in `year`, or the own id of a zone or township; empty where unknown
    region_id | str | - | code harmonised over renamings, mergers and upgrades; what trends join on
    region | str | - | name of the region in that year
    province | str | - | province-level division
    prefecture | str | - | prefecture-level division; empty for provinces and where there is none
    level | str | - | nation, province, prefecture, county, township, zone or unknown
    reporting_body | str | - | who reports, as stated or inferred
    body_kind | str | - | government, party-and-government, department, township, zone or unknown
    genre | str | - | annual report, work report (政府工作报告) or unknown
    subject | str | - | 法治政府, 法治建设, 依法行政, 政府工作 or unknown
    year | int? | year | the year analyses group by: covered year, but delivered year for 政府工作报告
    year_covered | int? | year | the year the report reviews
    year_delivered | int? | year | the year the report was delivered or signed
    title | str | - | title as printed; empty where the file has none
    issuer | str | - | issuer as printed
    doc_number | str | - | the report's own document number, never one it cites
    issued_on | str | ISO date | date of signature; empty where unknown
    published_on | str | ISO date | date of publication on the web; empty where unknown
    source_url | str | - | where it was found
    retrieved_on | str | ISO date | when it was fetched
    path | str | - | file, relative to the corpus folder, with /
    row | int | - | row in a table file (1 = first data row); 0 for a file that is one document
    sha256 | str | hex | of the file's bytes
    encoding | str | - | how the bytes were decoded
    n_chars | int | code points | characters that are not white space, role meta left out
    n_tokens | int | tokens | words, terms, numbers and Latin outside role meta: the denominator of rates
    flags | str | - | what a careful reader would notice, separated by spaces
    text | str | - | the cleaned text; never changed afterwards
    """,
)

SECTIONS = _table(
    "sections",
    "one headed part, up to the next heading of any level",
    "doc_id section_no",
    """
    doc_id | str | - | document
    section_no | int | - | 0 for what stands before the first heading, then in order
    parent_no | int | - | section_no of the enclosing heading; -1 at the top
    level | int | - | class of the marker: 0 title, 1 一、, 2 (一), 3 1. or 一是, 4 others and unmarked
    marker | str | - | the marker as printed, such as （一）; empty where there is none
    title | str | - | the heading without its marker
    style | str | - | line, run-in or list; none for section 0 without a heading
    role | str | - | role of its sentences, or mixed
    role_source | str | - | the rule that decided the role
    start | int | code points | first character
    end | int | code points | one past the last character
    """,
)

SENTENCES = _table(
    "sentences",
    "one sentence; sentences tile the document",
    "doc_id sentence_no",
    """
    doc_id | str | - | document
    sentence_no | int | - | from 0, in order
    section_no | int | - | the section it stands in
    role | str | - | achievement, problem, rectification, plan, leadership, other or meta
    start | int | code points | first character
    end | int | code points | one past the last character
    text | str | - | text[start:end], line ends included
    """,
)

TOKENS = _table(
    "tokens",
    "one word occurrence; joined they give the sentence back",
    "doc_id token_no",
    """
    doc_id | str | - | document
    token_no | int | - | from 0, in order
    sentence_no | int | - | the sentence it stands in
    start | int | code points | first character
    end | int | code points | one past the last character
    term | str | - | the token as printed
    kind | str | - | word, term (from the lexicon), number, latin, punct or space
    """,
)

HITS = _table(
    "hits",
    "one lexicon hit",
    "doc_id start end mechanism",
    """
    doc_id | str | - | document
    start | int | code points | first character
    end | int | code points | one past the last character
    mechanism | str | - | id of the lexicon entry
    surface | str | - | text[start:end]
    dimension | str | - | dimension of the lexicon entry
    role | str | - | role of the sentence
    sentence_no | int | - | sentence
    negated | str | - | the rule that marks it negated; empty where it is not
    nested_in | str | - | mechanism of the longer hit of the same dimension that contains it; empty counts
    """,
)

FACTS = _table(
    "facts",
    "one stated quantity",
    "doc_id start item_no",
    """
    doc_id | str | - | document
    start | int | code points | first character of the surface
    item_no | int | - | 0, then 1, 2 ... where one number states several facts
    end | int | code points | one past the last character of the surface
    surface | str | - | text[start:end]
    value | float | unit | normalised value (55万余条 is 550000); NaN where the numeral is unknown (几)
    unit | str | - | measure word or unit, kept distinct (人 is not 人次)
    approx | str | - | exact, over, at_least, at_most or about
    kind | str | - | count, percent, percentage_point, money, duration, rank, multiple or other
    statistic | str | - | level, change, mean, stock or base
    phrase | str | - | what is counted, in the report's words
    indicator_id | str | - | id from indicators.csv; empty for a free fact
    actor | str | - | who did it, as stated; empty where not stated
    actor_scope | str | - | own body, whole jurisdiction or unknown
    capacity | str | - | 复议机关, 被申请人, 被告 or empty
    period_start | str | ISO date | first day of the period; empty where unknown
    period_end | str | ISO date | last day of the period; empty where unknown
    part_of | str | - | start-item_no of the fact it is a part of (其中); empty where none
    qualifier | str | - | qualifying words such as 累计, 平均, 同比
    role | str | - | role of the sentence
    sentence_no | int | - | sentence
    rule | str | - | the rule that made it
    certain | bool | - | False where the rule is weak
    implied | bool | - | True where no number is printed (全覆盖, 未发生)
    """,
)

LEDGER = _table(
    "ledger",
    "one input: a file, or a row of a table file",
    "path row",
    """
    path | str | - | file, relative to the corpus folder, with /
    row | int | - | row in a table file (1 = first data row); 0 for a whole file
    status | str | - | ok, flagged, failed or skipped
    reason | str | - | short name of the reason or flags; empty where ok
    detail | str | - | the sentence a person reads
    doc_id | str | - | the document it became; empty where it became none
    n_meta_chars | int | code points | characters set aside as page furniture or front matter (role meta)
    region_source | str | - | rule that gave the region
    year_source | str | - | rule that gave the year
    body_source | str | - | rule that gave reporting_body and body_kind
    genre_source | str | - | rule that gave genre and subject
    title_source | str | - | rule that gave the title
    date_source | str | - | rule that gave issued_on and published_on
    """,
)

COVERAGE = _table(
    "coverage",
    "one region-year-genre",
    "region_id year genre",
    """
    region_id | str | - | harmonised region
    region | str | - | latest name in the corpus
    year | int? | year | year of the report
    genre | str | - | annual report, work report or unknown
    status | str | - | collected; searched, not found; not sought; or failed
    n_documents | int | documents | reports collected
    n_chars | int? | code points | their characters; missing where there is no report
    n_tokens | int? | tokens | their tokens; missing where there is no report
    """,
)

DUPLICATES = _table(
    "duplicates",
    "a pair of documents with much text in common or the same key",
    "doc_id other_id",
    """
    doc_id | str | - | document
    other_id | str | - | the other document; doc_id < other_id
    similarity | float | share | Jaccard similarity of 13-character shingles, 0 to 1
    same_key | bool | - | True where region_id, year, genre, body_kind and subject are equal
    """,
)

TABLES = {
    table.name: table
    for table in (DOCUMENTS, SECTIONS, SENTENCES, TOKENS, HITS, FACTS, LEDGER, COVERAGE, DUPLICATES)
}


def check(table: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """Return the table unchanged if it keeps its schema's promise.

    Parameters
    ----------
    table
        Any DataFrame. More columns than promised are allowed.
    schema
        One of the tables of this module, such as `DOCUMENTS`.

    Raises
    ------
    SchemaError
        Where a column is missing, has another type, or the key is not unique.
    """
    missing = [name for name in schema.names if name not in table.columns]
    if missing:
        raise SchemaError(
            f"The table {schema.name!r} ({schema.row}) needs the columns {missing}, which are not there; "
            f"it has {list(table.columns)}. Build it with this package's functions or add the columns."
        )
    for column in schema.columns:
        found, wanted = table[column.name].dtype, pd.Series([], dtype=DTYPES[column.dtype]).dtype
        if found != wanted:
            raise SchemaError(
                f"Column {column.name!r} of {schema.name!r} has type {str(found)!r} where {str(wanted)!r} "
                "was expected. Codes are text: read such a file with dtype=str."
            )
    repeated = table.duplicated(list(schema.key))
    if repeated.any():
        first = table.loc[repeated, list(schema.key)].iloc[0].to_dict()
        raise SchemaError(
            f"{int(repeated.sum())} rows of {schema.name!r} repeat its key {list(schema.key)}, "
            f"first {first}; expected one row for each: {schema.row}."
        )
    return table
