// Compiled, never run: the package's types fit those of form libraries.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type ExpectedInputField, type Issue, type IssueCode, inputAttributes, toJsonSchema, toStandardSchema, validateParams } from "connect-flow";

declare const fields: readonly ExpectedInputField[];

const schema = toStandardSchema(fields);
const standard: StandardSchemaV1<Record<string, string>, Record<string, string>> = schema;
type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const output: Equals<StandardSchemaV1.InferOutput<typeof schema>, Record<string, string>> = true;

const issues: Issue[] = validateParams(fields, { shop: "acme" });
const words: Record<IssueCode, string> = {
  required: "", unknown: "", type: "", format: "", duplicate: "", pattern: "", enum: "", too_long: "", invisible: "",
};
const text: string | undefined = issues.map((issue) => words[issue.code] + (issue.params?.["label"] ?? "")).at(0);
// @ts-expect-error the list of codes is closed
const unknownCode: IssueCode = "min";
// @ts-expect-error fields are a list
validateParams({}, {});

const input = document.createElement("input");
for (const [name, value] of Object.entries(inputAttributes(fields[0]!))) input.setAttribute(name, String(value));
const required: readonly string[] = toJsonSchema(fields).required;

export { output, required, standard, text, unknownCode };
