"""How many documents of 5,000 characters are read, cleaned and judged in a second on one core.

Run from the project's root: ``python benchmarks/reading.py``. Prints the best of five rounds.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from toolkit.corpus.cleaning import clean_text, find_furniture
from toolkit.corpus.faults import find_faults
from toolkit.corpus.readers import read_folder

N_DOCUMENTS, N_CHARS, ROUNDS = 400, 5000, 5


def main() -> None:
    """Write a folder of reports cut from the seeds, and time each step over it."""
    seeds = sorted(Path(__file__).resolve().parents[1].joinpath("seeds").glob("*.txt"))
    texts = [seed.read_text(encoding="utf-8") for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        for n in range(N_DOCUMENTS):
            text = texts[n % len(texts)] * 2
            Path(folder, f"{n}.txt").write_text(f"{text[: N_CHARS - 4]}{n:04}", encoding="utf-8")
        rounds = [one_round(folder) for _ in range(ROUNDS)]
    best = {step: min(seconds[step] for seconds in rounds) for step in rounds[0]}
    for step, seconds in best.items():
        print(f"{step:10}{1000 * seconds / N_DOCUMENTS:8.3f} ms per document")
    print(f"together  {N_DOCUMENTS / sum(best.values()):8.0f} documents of {N_CHARS} characters per second")


def one_round(folder: str) -> dict[str, float]:
    """Processor seconds of each step over the folder."""
    marks = [time.process_time()]
    texts = [reading.text for reading in read_folder(folder)]
    marks.append(time.process_time())
    cleaned = [clean_text(text)[0] for text in texts]
    marks.append(time.process_time())
    furniture = [find_furniture(text) for text in cleaned]
    marks.append(time.process_time())
    for text, spans in zip(cleaned, furniture, strict=True):
        find_faults(text, spans)
    marks.append(time.process_time())
    steps = ("read", "clean", "furniture", "faults")
    return {step: after - before for step, before, after in zip(steps, marks, marks[1:], strict=False)}


if __name__ == "__main__":
    main()
