// The tools of an entity in the packages of agent frameworks: their types compile the guide's code, and their own loops run it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "connect-flow/testing";
import { transform } from "esbuild";
import { blocksOf, root } from "../node/code-blocks.mjs";
import { callbackAfterConsent } from "../node/browser.mjs";
import { makeSandboxClient } from "../node/client.mjs";

const folder = process.env.CLIENTS;
const require = createRequire(join(folder, "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

const project = await mkdtemp(join(folder, "agents-"));
after(() => rm(project, { recursive: true, force: true }));

/** The guide's block that imports a package. */
const blockWith = (name) => blocksOf("docs/guides/chat.md").find(({ code }) => code.includes(`from "${name}"`)).code;

/** The functions of the guide's block that imports a package. */
async function pasted(name) {
  const { code } = await transform(blockWith(name), { loader: "ts" });
  const file = join(project, `${name}.mjs`);
  await writeFile(file, code);
  return import(pathToFileURL(file).href);
}

/** A user who has connected Gmail, and the actions that the sandbox has run. */
async function openUser() {
  const sandbox = createSandbox();
  const client = await makeSandboxClient(sandbox);
  const { redirectUrl } = await client.initiateConnection({ app: "gmail" });
  await client.completeConnection({ url: await callbackAfterConsent(sandbox, redirectUrl) });
  return { entity: client.entity("Jessica"), executions: () => sandbox.requests.filter(({ path }) => path.includes("/tools/execute/")) };
}

suite("the types of the agent frameworks", () => {
  const compile = async (files) => {
    await mkdir(join(project, "node_modules"), { recursive: true });
    await symlink(root, join(project, "node_modules", "connect-flow"), "dir").catch(() => {});
    for (const [name, code] of Object.entries(files)) await writeFile(join(project, name), code);
    const compilerOptions = {
      target: "es2023", lib: ["es2023", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler", moduleDetection: "force", noEmit: true,
      strict: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, skipLibCheck: true, types: ["node"], typeRoots: [join(root, "node_modules/@types")],
    };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project, "--pretty", "false"]).catch((error) => error);
    return stdout;
  };

  test("accept the guide's code, and each of its shapes of a tool", async () => {
    const shapes = `
import { dynamicTool, jsonSchema, tool } from "ai";
import type { Tool } from "connect-flow";
import type OpenAI from "openai";
declare const given: Tool;
const { name, description, inputSchema } = given;
export const chat: OpenAI.Chat.Completions.ChatCompletionTool = { type: "function", function: { name, description, parameters: inputSchema } };
export const responses: OpenAI.Responses.FunctionTool = { type: "function", name, description, parameters: inputSchema, strict: false };
export const dynamic = dynamicTool({ description, inputSchema: jsonSchema(inputSchema), execute: async () => 1 });
export const fixed = tool({ description, inputSchema: jsonSchema<{ to: string }>(inputSchema) });
/** A tool of MCP, as its specification has it. */
interface McpTool { name: string; description?: string; inputSchema: { type: "object"; properties?: { [key: string]: object }; required?: string[] } }
export const mcp: McpTool = given;
`;
    assert.equal(await compile({ "openai.ts": blockWith("openai"), "ai.ts": blockWith("ai"), "shapes.ts": shapes }), "");
    assert.match(await compile({ "wrong.ts": shapes.replace("parameters: inputSchema } }", "parameters: name } }") }), /wrong\.ts\(.*TS2322/);
  });
});

suite("the agent loops of the frameworks", () => {
  test("OpenAI's client runs a tool call, whose arguments are text", async () => {
    const { entity, executions } = await openUser();
    const { answer } = await pasted("openai");
    const { OpenAI } = await load("openai");
    const asked = [];
    const output = [
      [{ type: "function_call", id: "fc_1", call_id: "call_1", name: "GMAIL_GET_PROFILE", arguments: '{"user_id":"me"}', status: "completed" }],
      [{ type: "message", id: "msg_1", role: "assistant", status: "completed", content: [{ type: "output_text", text: "It is Jessica's.", annotations: [] }] }],
    ];
    const fetch = async (_, { body }) => {
      asked.push(JSON.parse(body));
      return Response.json({ id: "resp_1", object: "response", status: "completed", output: output[asked.length - 1] });
    };
    assert.equal(await answer(new OpenAI({ apiKey: "sk-test", fetch }), entity, "Whose mailbox is this?"), "It is Jessica's.");
    assert.deepEqual(asked[0].tools.map(({ type, name, parameters, strict }) => [type, name, parameters.type, strict]), [["function", "GMAIL_GET_PROFILE", "object", false]]);
    assert.deepEqual(asked[1].input.map(({ type, role, call_id }) => [type ?? role, call_id]), [["user", undefined], ["function_call", "call_1"], ["function_call_output", "call_1"]]);
    assert.match(asked[1].input[2].output, /user@sandbox\.example/);
    assert.equal(executions().length, 1);
  });

  test("the AI SDK validates the schema, runs a tool call and shows a refused one to the model", async () => {
    const { entity, executions } = await openUser();
    const { answer } = await pasted("ai");
    const { MockLanguageModelV4 } = await load("ai/test");
    const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } };
    const say = (content, unified) => ({ content, finishReason: { unified, raw: undefined }, usage, warnings: [] });
    const call = (toolCallId, input) => say([{ type: "tool-call", toolCallId, toolName: "GMAIL_GET_PROFILE", input }], "tool-calls");
    const results = [call("call_1", '{"user_id":7}'), call("call_2", '{"user_id":"me"}'), say([{ type: "text", text: "It is Jessica's." }], "stop")];
    const model = new MockLanguageModelV4({ doGenerate: results });
    assert.equal(await answer(model, entity, "Whose mailbox is this?"), "It is Jessica's.");
    const [{ type, name, inputSchema }] = model.doGenerateCalls[0].tools;
    assert.deepEqual([type, name, inputSchema.type], ["function", "GMAIL_GET_PROFILE", "object"]);
    assert.deepEqual(inputSchema, (await entity.tools({ app: "gmail" }))[0].inputSchema);
    const prompt = JSON.stringify(model.doGenerateCalls[2].prompt);
    assert.match(prompt, /"call_1".*user_id must be.*"call_2".*user@sandbox\.example/);
    assert.equal(executions().length, 2);
  });
});
