// The platform of the playground: a sandbox in the page, which the app's frame and the popup reach over a channel.
const PLATFORM = "https://platform.test";
const GATEWAY = "/api/connect";
const KEY = "sandbox-key";

/** The behaviours of the platform that the user can choose, by name. */
export const conditions = {
  works: { text: "Works" },
  slow: { text: "Answers after two seconds", fault: { kind: "delay", ms: 2000, path: "/api/*", times: Infinity } },
  fails: { text: "Answers 503 twice, then works", fault: { kind: "status", status: 503, path: "/api/*", times: 2 } },
  breaks: { text: "Drops every connection", fault: { kind: "drop", path: "/api/*", times: Infinity } },
};

/**
 * Starts the platform.
 * @param folder the URL of the playground's files.
 * @param onRequest gets `{ method, path, status, ms }` of each request, and `onSnapshot` each snapshot of the app's flow.
 * @returns `{ channel, accounts, setCondition, close }`, where `channel` is the name that the app's address has to contain.
 */
export async function startPlatform({ folder, onRequest, onSnapshot }) {
  const { createSandbox } = await import(/* @vite-ignore */ new URL("package/testing.js", folder).href);
  // These attempts belong to a sandbox that no longer exists.
  for (const key of Object.keys(localStorage)) if (key.startsWith("connect-flow:")) localStorage.removeItem(key);
  const sandbox = createSandbox({ origin: PLATFORM, apiKey: KEY });
  const name = crypto.randomUUID();
  const channel = new BroadcastChannel(name);
  const consent = new URL("consent.html", folder);
  let removeFault = () => {};

  channel.addEventListener("message", async ({ data: { request, snapshot } }) => {
    if (snapshot) onSnapshot(snapshot);
    if (request) channel.postMessage({ answer: { id: request.id, ...(await answer(request)) } });
  });

  async function answer({ method, url, headers, body }) {
    const path = url.replace(new URL(GATEWAY, folder).href, "").replace(PLATFORM, "");
    const start = performance.now();
    let status = "failed";
    try {
      // Adds the key, as a real app's gateway does.
      const response = await sandbox.fetch(new Request(PLATFORM + path, { method, body, headers: { ...Object.fromEntries(headers), "x-api-key": KEY } }));
      status = response.status;
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      return { status, headers: [...response.headers], body: isJson ? JSON.stringify(JSON.parse(text, toConsent)) : text };
    } catch (error) {
      return { failure: error.message };
    } finally {
      onRequest({ method, path: path.split("?")[0], status, ms: Math.round(performance.now() - start) });
    }
  }

  /** The URL of the static page that shows this page of the platform. Other values stay as they are. */
  function toConsent(_, value) {
    const isPage = typeof value === "string" && value.startsWith(`${PLATFORM}/`);
    return isPage ? `${consent}?${new URLSearchParams({ channel: name, at: value })}` : value;
  }

  return {
    channel: name,
    accounts: () => sandbox.accounts().filter(({ isDeleted }) => !isDeleted),
    setCondition(condition) {
      removeFault();
      removeFault = condition.fault ? sandbox.fault(condition.fault) : () => {};
    },
    close: () => channel.close(),
  };
}
