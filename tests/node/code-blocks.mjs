// Reads the code blocks of the README and the guides, for the tests that compile and run them.
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export const documents = ["README.md", ...readdirSync(join(root, "docs/guides")).map((name) => `docs/guides/${name}`)].sort();

/**
 * The code blocks of a document: `{ document, language, line, code, given }`. `line` is the line of the first line of code, `given` the
 * code that a fragment presupposes, from a comment above it: `<!-- given: … -->`.
 */
export function blocksOf(document) {
  const text = readFileSync(join(root, document), "utf8");
  const blocks = text.matchAll(/(?:<!-- given: ([^]*?) -->\n)?^```(\w+)\n([^]*?)^```$/gm);
  return [...blocks].map(({ 0: { length }, 1: given = "", 2: language, 3: code, index }) => {
    const line = text.slice(0, index + length - code.length - "```".length).split("\n").length;
    return { document, language, line, code, given };
  });
}

/** A temporary project with this package and the packages that the guides use. */
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
