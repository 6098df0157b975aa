import { createSignal, onMount, Show } from "solid-js";
import App from "./pages/App";

export default function Root() {
  const [isShown, show] = createSignal(true);
  onMount(() => Object.assign(globalThis, { leave: () => show(false) }));
  return <Show when={isShown()} fallback={<p>left</p>}><App /></Show>;
}
