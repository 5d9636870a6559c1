
"use strict";
for (const filter of document.querySelectorAll(".filter")) {
  const [text, kind, count] = ["input", "select", "output"].map((name) => filter.querySelector(name));
  const rows = [...filter.nextElementSibling.tBodies[0].rows].map((row) => ({ row, words: row.textContent.toLowerCase(), kinds: row.dataset.k.split(" ") }));
  const present = new Set(rows.flatMap(({ kinds }) => kinds));
  for (const option of [...kind.options]) {
    if (option.value && !present.has(option.value)) option.remove();
  }
  const apply = () => {
    const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, words, kinds } of rows) {
      row.hidden = (kind.value && !kinds.includes(kind.value)) || !wanted.every((word) => words.includes(word));
      if (!row.hidden) shown += 1;
    }
    count.textContent = shown + " of " + rows.length + " cases";
  };
  let waiting = 0;
  text.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  kind.addEventListener("change", apply);
  filter.hidden = rows.length < 2;
  apply();
}
