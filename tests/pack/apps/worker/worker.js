import { createClient } from "./node_modules/connect-flow/dist/index.js";
import { connect } from "./flow.js";

onmessage = async ({ data: baseUrl }) => postMessage(await connect(createClient, baseUrl));
