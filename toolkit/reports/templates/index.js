"use strict";
const STEP = 100; // rows that are laid out at once: a table of thousands takes seconds
const body = document.querySelector("#reports tbody");
const search = document.querySelector("#search");
const shown = document.querySelector("#shown");
const more = document.querySelector("#more");
let order = [...body.rows].map((row) => ({
  row,
  text: row.textContent.toLowerCase(),
  keys: [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent.trim()),
}));
let found = order;
let limit = STEP;
const show = () => {
  body.replaceChildren(...found.slice(0, limit).map((each) => each.row));
  shown.textContent = `${Math.min(limit, found.length)} / ${found.length}`;
  more.hidden = found.length <= limit;
};
const filter = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  found = order.filter((each) => words.every((word) => each.text.includes(word)));
  limit = STEP;
  show();
};
const collator = new Intl.Collator(document.documentElement.lang);
const ranks = (column) => {
  const values = [...new Set(order.map((each) => each.keys[column]))];
  const numbers = values.every((value) => /^\d+$/.test(value));
  values.sort(numbers ? (a, b) => a - b : collator.compare);
  return new Map(values.map((value, rank) => [value, rank]));
};
search.addEventListener("input", filter);
more.addEventListener("click", () => {
  limit += STEP;
  show();
});
document.querySelectorAll("#reports thead button").forEach((button, column) => {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const up = head.getAttribute("aria-sort") !== "ascending";
    head.parentElement.querySelectorAll("[aria-sort]").forEach((other) => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rank = ranks(column);
    const place = (each) => rank.get(each.keys[column]) * (up ? 1 : -1);
    order = [...order].sort((a, b) => place(a) - place(b));
    filter();
  });
});
filter();
body.parentElement.classList.add("ready");
