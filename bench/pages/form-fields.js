/** Puts inputs with these names on the screen, and lays them out. */
export function show(names) {
  if (!names.length) throw new Error("no fields");
  for (const name of names) document.body.append(Object.assign(document.createElement("input"), { name }));
  document.body.getBoundingClientRect();
}
