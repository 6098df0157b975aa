import { createClient } from "connect-flow";
import { baseUrl, connect, show } from "./flow.js";

connect(createClient, baseUrl()).then(show);
