// Writes the reference of the published declarations, as Markdown. Its arguments are the folder of the tools and the folder to write to.
import { join } from "node:path";
import { entries } from "../build/js.mjs";
import { inRoot } from "../lib/paths.mjs";
import { importFrom } from "./from-tools.mjs";

const [tools, out] = process.argv.slice(2);
const { Application, Comment, Converter, ReflectionKind } = await importFrom(tools, "typedoc");

const names = entries().map(({ name }) => name);
const app = await Application.bootstrapWithPlugins({
  name: "connect-flow",
  entryPoints: names.map((name) => inRoot("dist", `${name}.d.ts`)),
  tsconfig: inRoot("scripts", "docs", "tsconfig.json"),
  plugin: [join(tools, "node_modules", "typedoc-plugin-markdown", "dist", "index.js")],
  out,
  readme: "none",
  // tsc has checked them. The check would double the time, and sort the members of unions.
  skipErrorChecking: true,
  entryFileName: "index",
  // The heading of a page is the name alone.
  pageTitleTemplates: { index: () => "TypeScript API", module: ({ name }) => name, member: ({ name, group }) => (group === "Functions" ? `${name}()` : name) },
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  indexFormat: "table",
  parametersFormat: "table",
  groupOrder: ["Functions", "Interfaces", "Type Aliases"],
  // The links would lead to dist/.
  disableSources: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true, unusedMergeModuleWith: true },
});

// wasm-bindgen declares them for every class. Users call `dispose` or nothing.
const isMemory = ({ name }) => ["free", "[dispose]"].includes(name);

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const method of project.getReflectionsByKind(ReflectionKind.Method).filter(isMemory)) project.removeReflection(method);
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.name = module.name === "index" ? "connect-flow" : `connect-flow/${module.name}`;
  }
  // Node documents these.
  for (const { name, children } of project.getReflectionsByKind(ReflectionKind.Interface)) {
    if (!["NodeRequest", "NodeResponse"].includes(name)) continue;
    for (const member of children.flatMap((child) => child.signatures ?? [child])) {
      member.comment ??= new Comment([{ kind: "text", text: "As in Node." }]);
    }
  }
  for (const { type } of project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
    // The comment of a union's member also describes its properties.
    type?.elementSummaries?.forEach((summary, index) => {
      for (const property of type.types[index].declaration?.children ?? []) property.comment ??= new Comment(summary);
    });
  }
});

const project = await app.convert();
if (project) {
  app.validate(project);
  await app.generateOutputs(project);
}
process.exitCode = !project || app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
