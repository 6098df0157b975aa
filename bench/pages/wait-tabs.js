// Several documents that wait for one account at the same time, each in a frame. Channels and locks treat them like tabs.

const STEP_MS = 250;

/** How long a message between documents takes at most, in milliseconds. */
const MESSAGE_MS = 20;

/**
 * @param hidden for each document, whether it is hidden.
 * @param without what is removed from the documents: `BroadcastChannel`, `locks`.
 */
globalThis.watchTabs = async ({ connectedAccountId, ms, hidden, without }) => {
  document.body.replaceChildren();
  const passes = [];
  for (const isHidden of hidden) {
    const page = await open("./wait-connect-flow.html");
    if (without.includes("BroadcastChannel")) page.BroadcastChannel = undefined;
    if (without.includes("locks")) delete page.Navigator.prototype.locks;
    passes.push(await page.begin({ connectedAccountId, ms, isHidden }));
  }
  let [requests, ended] = [0];
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    for (const pass of passes) {
      const counts = await pass(STEP_MS);
      if (counts.requests > 0) await new Promise((done) => setTimeout(done, MESSAGE_MS));
      requests += counts.requests;
      ended ??= counts.ended;
    }
  }
  return { requests, ended };
};

/** Opens a document in a frame, and returns its window. */
async function open(url) {
  const frame = Object.assign(document.createElement("iframe"), { src: url });
  await new Promise((done) => {
    frame.onload = done;
    document.body.append(frame);
  });
  while (frame.contentDocument.title !== "Ready") await new Promise((done) => setTimeout(done, MESSAGE_MS));
  return frame.contentWindow;
}

document.title = "Ready";
