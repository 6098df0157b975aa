/** Formats rows as columns of text: numbers right-aligned, words left-aligned. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const isNumeric = (column) => rows.slice(1).every((row) => /^[\d.,\s%sKB-]*$/.test(String(row[column])));
  const numeric = rows[0].map((_, column) => isNumeric(column));
  return rows.map((row) =>
    row
      .map((cell, column) => String(cell)[numeric[column] ? "padStart" : "padEnd"](widths[column]))
      .join("  ")
      .trimEnd(),
  );
}

/** Formats rows as a Markdown table. */
export function markdown([head, ...rows]) {
  const isNumeric = (column) => rows.every((row) => /^[\d.,\s%×-]*$/.test(String(row[column])));
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (isNumeric(column) ? "--:" : "---"))), ...rows.map(line)].join("\n");
}
