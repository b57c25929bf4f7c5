// Runs in the report's page, alone: no import, no request. It shows, hides and orders rows that stand there already.
{
  const all = <E extends Element>(selector: string, within: ParentNode = document) => [
    ...within.querySelectorAll<E & HTMLElement>(selector),
  ];
  const form = document.querySelector<HTMLFormElement>("#filter");
  const find = document.querySelector<HTMLInputElement>("#q");
  const standing = document.querySelector<HTMLSelectElement>("#r");
  const count = document.querySelector("#n");
  const tiles = all<HTMLButtonElement>(".tile");

  const keys = all("#keys tbody tr").map((row) => ({
    place: row.dataset["k"] ?? "",
    text: row.dataset["t"] ?? "",
    relation: row.dataset["r"] ?? "",
    flags: new Set(row.dataset["f"]?.split(" ")),
  }));
  /** All that belongs to a key, in whichever table. */
  const elements = Map.groupBy(all("[data-k]"), (element) => element.dataset["k"] ?? "");
  /** A finding that is about no key that is shown. */
  const items = all(".folds li, .folds details").map((element) => ({ element, of: all("[data-k]", element) }));

  /** What stays as it is costs no style. */
  const show = (element: HTMLElement, shown: boolean) => {
    if (element.hidden === shown) element.hidden = !shown;
  };

  const filter = () => {
    const words = (find?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const flags = tiles.filter((tile) => tile.ariaPressed === "true").map((tile) => tile.dataset["flag"] ?? "");
    const relation = standing?.value ?? "";
    let shown = 0;
    for (const key of keys) {
      const fits =
        (relation === "" || key.relation === relation) &&
        flags.every((flag) => key.flags.has(flag)) &&
        words.every((word) => key.text.includes(word));
      if (fits) shown++;
      for (const element of elements.get(key.place) ?? []) show(element, fits);
    }
    for (const { element, of } of items)
      show(
        element,
        of.some(({ hidden }) => !hidden),
      );
    const noun = keys.length === 1 ? "key" : "keys";
    if (count !== null)
      count.textContent = shown === keys.length ? `${shown} ${noun}` : `${shown} of ${keys.length} ${noun}`;
  };

  const sort = (heading: HTMLTableCellElement) => {
    const body = heading.closest("table")?.tBodies[0];
    if (body === undefined) return;
    const down = heading.ariaSort === "ascending";
    for (const other of all("th[aria-sort]", heading.parentElement ?? heading)) other.removeAttribute("aria-sort");
    heading.ariaSort = down ? "descending" : "ascending";
    const valued = [...body.rows].map((row) => {
      const cell = row.cells[heading.cellIndex];
      const value = cell?.dataset["v"] ?? cell?.querySelector("summary")?.textContent ?? cell?.textContent ?? "";
      return { row, value, number: value === "" ? Number.NaN : Number(value) };
    });
    const numbers = valued.every(({ number }) => !Number.isNaN(number));
    const { compare } = new Intl.Collator("en", { numeric: true });
    valued.sort((a, b) => (numbers ? a.number - b.number : compare(a.value, b.value)) * (down ? -1 : 1));
    body.append(...valued.map(({ row }) => row));
  };

  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("input", filter);
  form?.addEventListener("reset", () => {
    for (const tile of tiles) tile.ariaPressed = "false";
    setTimeout(filter); // once the fields are empty
  });
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      tile.ariaPressed = tile.ariaPressed === "true" ? "false" : "true";
      filter();
    });
  }
  for (const button of all(".sort")) {
    button.addEventListener("click", () => {
      const heading = button.closest("th");
      if (heading !== null) sort(heading);
    });
  }
  // On paper nothing can be opened.
  addEventListener("beforeprint", () => {
    for (const fold of all<HTMLDetailsElement>(".fold")) fold.open = true;
  });
}
