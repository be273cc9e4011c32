"""The figures that Hone is held to, and the table that says which hold."""


class Figures:
    """Rows of what was measured, each with the bound it should keep."""

    def __init__(self):
        self.rows = []

    def at_most(self, line, what, value, bound, unit="x", note=""):
        self.row(line, what, value, bound, "<=", value <= bound, unit, note)

    def at_least(self, line, what, value, bound, unit="x", note=""):
        self.row(line, what, value, bound, ">=", value >= bound, unit, note)

    def row(self, line, what, value, bound, sign, holds, unit, note):
        self.rows.append({"line": line, "what": what, "value": value, "bound": bound, "sign": sign, "unit": unit,
                          "holds": bool(holds), "note": note})

    def skip(self, line, what, reason):
        self.rows.append({"line": line, "what": what, "value": None, "holds": None, "note": reason})

    @property
    def missed(self):
        return [row for row in self.rows if row["holds"] is False]

    def table(self):
        cells = [("line", "what", "measured", "wanted", "", "")]
        for row in self.rows:
            if row["value"] is None:
                cells.append((str(row["line"]), row["what"], "-", "-", "not measured", row["note"]))
                continue
            digits = 2 if row["unit"] == "x" else 1
            cells.append((str(row["line"]), row["what"], f"{row['value']:.{digits}f} {row['unit']}",
                          f"{row['sign']} {row['bound']:.{digits}f} {row['unit']}", "ok" if row["holds"] else "MISSES",
                          row["note"]))
        widths = [max(len(row[column]) for row in cells) for column in range(6)]
        rule = tuple("-" * width for width in widths)
        lines = []
        for row in [cells[0], rule] + cells[1:]:
            left = [row[column].rjust(widths[column]) if column in (2, 3) else row[column].ljust(widths[column])
                    for column in range(6)]
            lines.append("  ".join(left).rstrip())
        return "\n".join(lines)

    def summary(self):
        measured = [row for row in self.rows if row["holds"] is not None]
        text = f"{len(measured) - len(self.missed)} of {len(measured)} figures hold"
        lines = sorted({row["line"] for row in self.missed})
        missed = [f"line {line} ({sum(row['line'] == line for row in self.missed)} of "
                  f"{sum(row['line'] == line for row in measured)})" for line in lines]
        return text + ("; missed: " + ", ".join(missed) if missed else "")
