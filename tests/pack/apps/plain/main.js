import { createClient } from "./node_modules/connect-flow/dist/index.js";
import { baseUrl, connect, show } from "./flow.js";

// For the test that loses the network after the page has loaded.
globalThis.connect = async () => show(await connect(createClient, baseUrl()));
if (!location.search.includes("later")) await globalThis.connect();
