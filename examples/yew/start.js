// The output of wasm-bindgen.
import init from "./dist/connect_flow_yew.js";

await init();
