// What wasm-bindgen makes of the app.
import init from "./dist/connect_flow_yew.js";

await init();
