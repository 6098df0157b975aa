import { Composio } from "@composio/core";
import { stepsWith } from "./composio-sdk-steps.js";

export const { open, wait } = stepsWith(Composio);
