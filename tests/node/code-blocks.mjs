// Reads the code blocks of the README, the guides and the other pages, for the tests that compile and run them.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const markdownIn = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".md")).map((name) => join(folder, name));

/** The README and the guides, whose code readers paste. */
export const documents = ["README.md", ...markdownIn("docs/guides")].sort();

/** All other pages. */
export const pages = [...markdownIn("docs"), ...markdownIn(".").filter((name) => name !== "README.md"), "tests/README.md"].sort();

/** The code blocks of a document: `{ document, language, line, code }`. `line` is the line of the first line of code. */
export function blocksOf(document) {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(({ 1: language, 2: code, index }) => {
    const line = text.slice(0, index).split("\n").length + 1;
    return { document, language, line, code };
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

// As strict as the tsconfig.json of any starter, and no stricter than what a reader pastes has to be.
const compilerOptions = {
  target: "es2023", lib: ["es2023", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler", moduleDetection: "force",
  jsx: "react-jsx", types: ["node"], noEmit: true, strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true,
  noUnusedLocals: true, noUnusedParameters: true, verbatimModuleSyntax: true, isolatedModules: true, skipLibCheck: true,
};

/** The compiler's complaints about these blocks, each compiled by itself, with the line in the document. */
export async function compile(blocks) {
  const project = await openProject();
  try {
    for (const { document, language, line, code } of blocks) {
      // With the document's own lines.
      await project.write(`${document.replace(/.*\//, "").replace(".", "_")}_${line}.${language}`, "\n".repeat(line - 1) + code);
    }
    return await compileProject(project);
  } finally {
    await project.close();
  }
}

/** Compiles the TypeScript files of a project. Returns what the compiler reports. */
export async function compileProject(project) {
  await project.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts", "*.tsx"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "--project", ".", "--pretty", "false"], { cwd: project.folder }).catch((error) => error);
  return stdout.split("\n").filter(Boolean);
}
