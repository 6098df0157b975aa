import { baseUrl, show } from "./flow.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => show(data);
worker.onerror = ({ message }) => show({ error: message });
worker.postMessage(new URL(baseUrl(), location.href).href);
