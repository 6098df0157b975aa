import { createClient } from "connect-flow";
import { connect } from "./flow.js";

onmessage = async ({ data: baseUrl }) => postMessage(await connect(createClient, baseUrl));
