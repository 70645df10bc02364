"use strict";
const body = document.querySelector("#reports tbody");
const rows = [...body.rows];
const texts = rows.map((row) => row.textContent.toLowerCase());
const search = document.querySelector("#search");
const shown = document.querySelector("#shown");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  rows.forEach((row, i) => {
    row.hidden = !words.every((word) => texts[i].includes(word));
    n += !row.hidden;
  });
  shown.textContent = words.length ? `${n} / ${rows.length}` : "";
});
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;
document.querySelectorAll("#reports thead button").forEach((button, column) => {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const up = head.getAttribute("aria-sort") !== "ascending";
    head.parentElement.querySelectorAll("[aria-sort]").forEach((other) => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const sorted = [...rows].sort((a, b) => (up ? 1 : -1) * collator.compare(value(a, column), value(b, column)));
    body.append(...sorted);
  });
});
