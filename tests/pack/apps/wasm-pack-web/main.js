import init, { ConnectClient } from "./pkg/connect_flow.js";
import { baseUrl, connect, show } from "./flow.js";

await init();
show(await connect((options) => new ConnectClient(options), baseUrl()));
