/// What a browser adds if it may: tables that sort, and one distribution at a time out of a list.
enum PageScript {
    /// Not a secret: a page that is made once cannot keep one. It lets this script run and no attribute like `onerror`.
    private static let nonce = "hone-report"

    /// Nothing is fetched from anywhere, and nothing runs but the one script.
    static let policy: Markup =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'"

    /// Holds no text of a model's. Values are read from the data block by their pointers, names as text.
    static let element: Markup = """
        <script nonce="\(nonce)">
        (() => {
          "use strict";
          const report = JSON.parse(document.getElementById("report-json").textContent);
          const at = pointer => pointer.slice(1).split("/").reduce((value, key) => value?.[key], report);
          const number = cell => {
            const value = cell.dataset.json ? at(cell.dataset.json) : null;
            return value === "infinity" ? Infinity : value === "-infinity" ? -Infinity : value ?? null;
          };
          const order = row => Number(row.querySelector("[data-json]").dataset.json.split("/").at(-2));

          for (const table of document.querySelectorAll("table.sortable")) {
            const headers = [...table.tHead.rows[0].cells];
            const body = table.tBodies[0];
            headers.forEach((header, column) => {
              const by = header.dataset.by;
              if (!by) return;
              const button = document.createElement("button");
              button.type = "button";
              button.append(...header.childNodes);
              header.append(button);
              button.addEventListener("click", () => {
                const was = header.getAttribute("aria-sort");
                const first = by === "down" ? "descending" : "ascending";
                const other = by === "down" ? "ascending" : "descending";
                const now = was === first ? other : first;
                headers.forEach(other => other.removeAttribute("aria-sort"));
                header.setAttribute("aria-sort", now);
                const sign = now === "ascending" ? 1 : -1;
                const keyed = [...body.rows].map(row => {
                  const cell = row.cells[column];
                  const key = by === "order" ? order(row) : by === "text" ? cell.textContent.trim() : number(cell);
                  return { row, key, order: order(row) };
                });
                keyed.sort((a, b) => {
                  if (a.key === null || b.key === null) {
                    if (a.key !== b.key) return a.key === null ? 1 : -1;
                  } else if (a.key < b.key) { return -sign; } else if (a.key > b.key) { return sign; }
                  return a.order - b.order;
                });
                body.append(...keyed.map(entry => entry.row));
              });
            });
          }

          for (const picker of document.querySelectorAll(".picker")) {
            const all = [...picker.querySelectorAll("details")];
            const select = document.createElement("select");
            all.forEach((details, index) => {
              const name = details.querySelector("summary").textContent;
              select.add(new Option(name.length > 80 ? name.slice(0, 50) + "…" + name.slice(-29) : name, index));
            });
            const show = index => {
              all.forEach((details, other) => {
                details.classList.toggle("shown", other === index);
                details.open = other === index;
              });
              select.selectedIndex = index;
            };
            const step = (text, label, by) => {
              const button = document.createElement("button");
              button.type = "button";
              button.textContent = text;
              button.setAttribute("aria-label", label);
              button.addEventListener("click", () => show((select.selectedIndex + by + all.length) % all.length));
              return button;
            };
            const label = document.createElement("label");
            label.append(picker.dataset.label, select);
            const bar = document.createElement("div");
            bar.className = "pick";
            bar.append(label, step("‹", "previous", -1), step("›", "next", 1));
            picker.insertBefore(bar, all[0]);
            picker.classList.add("one");
            select.addEventListener("change", () => show(select.selectedIndex));
            const follow = () => {
              const index = all.findIndex(details => "#" + details.id === location.hash);
              if (index < 0) return;
              show(index);
              picker.scrollIntoView();
            };
            addEventListener("hashchange", follow);
            show(Math.max(all.findIndex(details => details.open), 0));
            follow();
          }
        })();
        </script>
        """
}
