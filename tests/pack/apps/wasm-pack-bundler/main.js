import { ConnectClient } from "./pkg/connect_flow.js";
import { baseUrl, connect, show } from "./flow.js";

connect((options) => new ConnectClient(options), baseUrl()).then(show);
