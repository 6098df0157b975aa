import { createApp, h, ref } from "vue";
import App from "./App.vue";

const isShown = ref(true);
createApp({ render: () => (isShown.value ? h(App) : h("p", "left")) }).mount("#app");
globalThis.leave = () => { isShown.value = false; };
