"""Write the table of patterns at the end of docs/metadata.md from toolkit/data/metadata_rules.csv."""

from pathlib import Path

from toolkit.corpus.extracts import read_rows

PAGE = Path(__file__).resolve().parents[1] / "docs" / "metadata.md"
HEAD = "## Patterns\n"


def page() -> str:
    """The whole page, its last table made anew: one row for each pattern, in the order they are tried."""
    text = PAGE.read_text(encoding="utf-8").split(HEAD)[0]
    rows = [f"| {row['field']} | {row['rule']} | {row['reason']} |" for row in read_rows("metadata_rules")]
    intro = "From `toolkit/data/metadata_rules.csv`, which holds the regular expressions.\n"
    table = "\n".join(["| field | pattern | reason |", "|---|---|---|", *rows])
    return f"{text}{HEAD}\n{intro}\n{table}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
