/**
 * Runs stages concurrently, at most `limit` at a time, in their order. A stage starts once its promise `ready` is fulfilled, the chosen
 * stages of its `after` have ended and no running stage `uses` the same thing. Rejects if a `ready` does.
 * @returns the results of `runStage(stage, resultsSoFar)`, in the order of the stages.
 */
export async function schedule(stages, { limit, runStage }) {
  const waiting = [...stages];
  const running = new Map();
  const results = new Map();
  const unready = new Map();
  for (const stage of stages) if (stage.ready) unready.set(stage, stage.ready.then(() => unready.delete(stage)));

  const isAhead = (stage) => (other) => other !== stage && (stage.after ?? []).includes(other.name);
  const canStart = (stage) =>
    !unready.has(stage) && ![...waiting, ...running.keys()].some(isAhead(stage)) && ![...running.keys()].some(({ uses }) => uses && uses === stage.uses);

  const start = (stage) => {
    waiting.splice(waiting.indexOf(stage), 1);
    const done = runStage(stage, results).then((result) => {
      running.delete(stage);
      results.set(stage.name, result);
    });
    running.set(stage, done);
  };

  while (waiting.length || running.size) {
    while (running.size < limit) {
      const next = waiting.find(canStart);
      if (!next) break;
      start(next);
    }
    if (!running.size && !unready.size) throw new Error(`these stages wait for each other: ${waiting.map(({ name }) => name).join(", ")}`);
    await Promise.race([...running.values(), ...unready.values()]);
  }
  return stages.map(({ name }) => results.get(name));
}
