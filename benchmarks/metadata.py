"""How right and how fast metadata are read: ``python benchmarks/metadata.py FOLDER TRUTH.tsv``.

TRUTH.tsv has the columns file, region, adcode (empty for zones) and year. Printed are the confusion of region
and year (right or wrong, flagged or silent) with and without the file names, every wrong one, and the time.
"""

import csv
import os
import sys
import time
from collections import Counter
from pathlib import Path

from toolkit.corpus.metadata import detect_metadata

FLAGS = {"region": ("region", "zone", "township", "merged"), "year": ("year", "part")}


def main(folder: Path, truth: Path) -> None:
    """Print the confusion and the time."""
    rows = list(csv.DictReader(truth.open(encoding="utf-8"), delimiter="\t"))
    texts = {row["file"]: (folder / row["file"]).read_text(encoding="utf-8-sig") for row in rows}
    detect_metadata(texts[rows[0]["file"]])
    for names in (True, False):
        outcomes, raised, wrong = Counter(), Counter(), []
        begin = time.process_time()
        found = {file: detect_metadata(text, path=file if names else "") for file, text in texts.items()}
        seconds = time.process_time() - begin
        for row in rows:
            values, flags = found[row["file"]].values, found[row["file"]].flags
            raised.update(flags)
            same = (
                values["region_id"] == row["adcode"] if row["adcode"] else values["region"] == row["region"]
            )
            for field, right in (("region", same), ("year", str(values["year"]) == row["year"])):
                flagged = "flagged" if any(flag.startswith(FLAGS[field]) for flag in flags) else "silent"
                outcomes[field, "right" if right else "WRONG", flagged] += 1
                if not right:
                    wrong.append(f"  {field}: {row['file']}: {values['region']} {values['year']} {flags}")
        print("with file names" if names else "text alone")
        print(*(f"  {' '.join(key)}: {count}" for key, count in sorted(outcomes.items())), sep="\n")
        print("  flags:", dict(raised.most_common()))
        print(*wrong, sep="\n")
        per = sum(map(len, texts.values())) / 5000
        print(
            f"  {1000 * seconds / len(rows):.2f} ms a document, {1000 * seconds / per:.2f} ms per 5,000 chars"
        )


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2] / "shared"
    larger = Path(os.environ.get("TOOLKIT_SHARED", default)) / "corpora"
    if len(sys.argv) == 3:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    elif larger.is_dir():
        main(larger / "shenzhen", larger / "shenzhen.tsv")
    else:
        print(
            "Needs a folder of reports and a table of what they are: python benchmarks/metadata.py FOLDER TRUTH.tsv"
        )
