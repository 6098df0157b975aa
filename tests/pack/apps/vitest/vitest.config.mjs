import { defineConfig } from "vitest/config";

const url = "https://shop.example/settings";

export default defineConfig({
  test: {
    // The test that runs this project sets it, and runs the project once in each environment.
    environment: process.env.ENVIRONMENT ?? "jsdom",
    environmentOptions: { jsdom: { url }, happyDOM: { url } },
  },
});
