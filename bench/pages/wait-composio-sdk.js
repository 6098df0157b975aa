// First: it takes the clock before the peer does.
import { watchPeer } from "./watch-peer.js";
import { wait } from "../entries/composio-sdk.js";

watchPeer(wait);
