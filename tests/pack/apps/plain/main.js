import { createClient } from "./node_modules/connect-flow/dist/index.js";
import { baseUrl, connect, show } from "./flow.js";

// A button to try again, for a page that was loaded before the network went away.
globalThis.connect = async () => show(await connect(createClient, baseUrl()));
if (!location.search.includes("later")) await globalThis.connect();
