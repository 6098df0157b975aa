/**
 * How the time of a profile of DevTools is shared out.
 * @param groups of each, its name and what the names of its functions look like: a function belongs to the first that fits.
 * @param nameOf gives the name of a call frame.
 * @returns of each group that took any: `{ name, part }`, the part between 0 and 1, the biggest first.
 */
export function shares({ nodes, samples, timeDeltas }, groups, nameOf) {
  const groupOf = new Map(nodes.map(({ id, callFrame }) => [id, groups.find(([, pattern]) => pattern.test(nameOf(callFrame)))[0]]));
  const took = new Map();
  let all = 0;
  samples.forEach((id, index) => {
    // Between two samples, it was what the first of them shows.
    const us = timeDeltas[index + 1] ?? 0;
    took.set(groupOf.get(id), (took.get(groupOf.get(id)) ?? 0) + us);
    all += us;
  });
  return [...took].map(([name, us]) => ({ name, part: us / all })).sort((a, b) => b.part - a.part);
}

/**
 * A function's name; of one that has none, that of the member of an object which it is, or stands in.
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
