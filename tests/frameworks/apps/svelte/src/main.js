import { mount, unmount } from "svelte";
import App from "./App.svelte";

const target = document.querySelector("#app");
const app = mount(App, { target });
globalThis.leave = async () => {
  await unmount(app);
  target.textContent = "left";
};
