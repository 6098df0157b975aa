// Imported first, to replace the clock before the peer reads it.
import { watchPeer } from "./watch-peer.js";
import { wait } from "../entries/composio-sdk-0.17.js";

watchPeer(wait);
