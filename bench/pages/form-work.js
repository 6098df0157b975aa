import { createClient, toStandardSchema, validateParams } from "connect-flow";

/** The work that a form causes, by name. Each returns a function of the call's number. */
const JOBS = {
  // A key stroke: one value has changed.
  "keystroke, flow": (_flow, fields, values) => (call) => validateParams(fields, values(call)),
  "keystroke, schema": (_flow, fields, values) => {
    const { validate } = toStandardSchema(fields)["~standard"];
    return (call) => validate(values(call));
  },
  "keystroke, list": (_flow, fields, values) => {
    const own = structuredClone(fields);
    return (call) => validateParams(own, values(call));
  },
  // A submit with other missing values each time, and the new snapshot.
  transition: (flow, [{ name }]) => (call) => {
    const settled = flow.submit(call % 2 ? { [name]: "x" } : {});
    flow.getSnapshot();
    return settled;
  },
  snapshot: (flow) => () => flow.getSnapshot(),
};

/** The milliseconds of each call of each job, for a flow of an app. */
globalThis.formWork = async (app, calls) => {
  const client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  const flow = client.flow({ app, mode: "redirect" });
  const { expectedInputFields } = await flow.load();
  flow.subscribe(() => {});
  const filled = Object.fromEntries(expectedInputFields.map(({ name }) => [name, `value of ${name}`]));
  const values = (call) => ({ ...filled, [expectedInputFields[0].name]: call % 4 ? `typed ${call}` : "" });
  const took = {};
  for (const [name, prepare] of Object.entries(JOBS)) {
    const work = prepare(flow, expectedInputFields, values);
    took[name] = [];
    for (let call = 0; call < calls; call += 1) {
      const start = performance.now();
      const answer = work(call);
      took[name].push(performance.now() - start);
      // Gives the page a turn, as between two key strokes.
      await answer;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return { count: expectedInputFields.length, took };
};
document.title = "Ready";
