// Imported first, to replace the clock before the peer reads it.
import { watchPeer } from "./watch-peer.js";
import { wait } from "../entries/composio-sdk.js";

watchPeer(wait);
