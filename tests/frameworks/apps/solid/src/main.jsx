import { createSignal, Show } from "solid-js";
import { render } from "solid-js/web";
import App from "./App";

const [isShown, show] = createSignal(true);
render(() => <Show when={isShown()} fallback={<p>left</p>}><App /></Show>, document.querySelector("#app"));
globalThis.leave = () => show(false);
