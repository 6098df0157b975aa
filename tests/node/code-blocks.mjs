// The code of the README and of the guides, for the tests that compile and run it.
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export const documents = ["README.md", ...readdirSync(join(root, "docs/guides")).map((name) => `docs/guides/${name}`)].sort();

/**
 * The blocks of code in a document: `{ document, language, line, code, given }`; `line` is where the code begins, and `given`
 * what a comment above a fragment says it goes on from: `<!-- given: … -->`.
 */
export function blocksOf(document) {
  const text = readFileSync(join(root, document), "utf8");
  const blocks = text.matchAll(/(?:<!-- given: ([^]*?) -->\n)?^```(\w+)\n([^]*?)^```$/gm);
  return [...blocks].map(({ 0: { length }, 1: given = "", 2: language, 3: code, index }) => {
    const line = text.slice(0, index + length - code.length - "```".length).split("\n").length;
    return { document, language, line, code, given };
  });
}

/** A folder outside of the repository in which our package and those that the guides use are installed. */
export async function openProject() {
  const folder = await mkdtemp(join(tmpdir(), "connect-flow-code-"));
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@hookform"), { recursive: true });
  await symlink(root, join(modules, "connect-flow"), "dir");
  for (const name of ["react", "react-dom", "react-hook-form", "@hookform/resolvers", "@types", "csstype"]) {
    await symlink(join(root, "node_modules", name), join(modules, name), "dir");
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return {
    folder,
    write: async (name, text) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
