import { Composio } from "core-0.17";
import { stepsWith } from "./composio-sdk-steps.js";

export const { open, wait } = stepsWith(Composio);
