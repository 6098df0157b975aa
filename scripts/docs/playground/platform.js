// The connection to the sandbox, which runs in the playground's page. The channel's name is in the address, so that windows and tabs do not mix.
const channel = new BroadcastChannel(new URLSearchParams(location.search).get("channel"));
const waiting = new Map();

channel.addEventListener("message", ({ data: { answer } }) => {
  if (!answer) return;
  waiting.get(answer.id)?.(answer);
  waiting.delete(answer.id);
});

/** Sends a request to the sandbox. Resolves with `{ status, headers, body }`, or with `{ failure }` if the connection broke. */
export function ask(request) {
  const id = crypto.randomUUID();
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    channel.postMessage({ request: { id, ...request } });
  });
}

/** A `fetch` that reaches the sandbox. */
export async function fetchPlatform(request) {
  const { method, url, headers } = request;
  const body = method === "GET" ? undefined : await request.text();
  const answer = await ask({ method, url, headers: [...headers], body });
  request.signal.throwIfAborted();
  if (answer.failure) throw new TypeError(answer.failure);
  return new Response(answer.body || null, answer);
}

/** Shows a snapshot beside the app. Does nothing in the popup. */
export function show({ error, ...snapshot }) {
  if (parent === self) return;
  // The message of an error is not enumerable.
  const shown = error ? { ...snapshot, error: { message: error.message, ...error } } : snapshot;
  channel.postMessage({ snapshot: JSON.parse(JSON.stringify(shown)) });
}

function setTheme() {
  const chosen = localStorage.getItem("vitepress-theme-appearance");
  const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.style.colorScheme = isDark ? "dark" : "light";
}

setTheme();
addEventListener("storage", setTheme);
