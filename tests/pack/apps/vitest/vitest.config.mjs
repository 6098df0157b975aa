import { defineConfig } from "vitest/config";

const url = "https://shop.example/settings";

export default defineConfig({
  test: {
    // Of the test that runs this project: once in each.
    environment: process.env.ENVIRONMENT ?? "jsdom",
    environmentOptions: { jsdom: { url }, happyDOM: { url } },
  },
});
