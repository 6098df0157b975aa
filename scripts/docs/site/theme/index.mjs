import DefaultTheme from "vitepress/theme-without-fonts";
import Layout from "./Layout.vue";
import Playground from "./Playground.vue";
import "./style.css";

export default { extends: DefaultTheme, Layout, enhanceApp: ({ app }) => app.component("Playground", Playground) };
