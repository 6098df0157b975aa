/**
 * Divides the time of a DevTools profile between groups of functions.
 * @param groups `[name, pattern]` each. A function belongs to the first group whose pattern matches its name.
 * @param nameOf returns the name of a call frame.
 * @returns `{ name, part }` for each group with any time, the largest first. The parts add up to 1.
 */
export function shares({ nodes, samples, timeDeltas }, groups, nameOf) {
  const groupOf = new Map(nodes.map(({ id, callFrame }) => [id, groups.find(([, pattern]) => pattern.test(nameOf(callFrame)))[0]]));
  const took = new Map();
  let all = 0;
  samples.forEach((id, index) => {
    // The time until the next sample counts for this one.
    const us = timeDeltas[index + 1] ?? 0;
    took.set(groupOf.get(id), (took.get(groupOf.get(id)) ?? 0) + us);
    all += us;
  });
  return [...took].map(([name, us]) => ({ name, part: us / all })).sort((a, b) => b.part - a.part);
}

/**
 * Returns a function for the names of call frames. An anonymous function of the glue gets the name of the object member that contains it.
 * @param glue the text of wasm-bindgen's script.
 */
export function namesIn(glue) {
  const lines = glue.split("\n");
  return ({ functionName, url, lineNumber }) => {
    if (functionName || !url.endsWith("/connect_flow.js")) return functionName;
    const before = lines.slice(0, lineNumber + 1).reverse();
    return before.find((line) => /^ {8}\w+: function/.test(line))?.trim().split(":")[0] ?? "";
  };
}
