/**
 * Builds one entry of the tests into a single script and prints it: `bundle.mjs entry name`. The script sets the global `name` to what
 * the entry exports. An entry may lie outside of this folder; React and Vue are found here.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { compileScript, parse } from "vue/compiler-sfc";

const modules = resolve(dirname(fileURLToPath(import.meta.url)), "../node_modules");
const [entry, name] = process.argv.slice(2);

/** Components of Vue: what their script and template become. */
const vue = {
  name: "vue-component",
  transform(source, id) {
    if (!id.endsWith(".vue")) return null;
    return compileScript(parse(source).descriptor, { id, inlineTemplate: true }).content;
  },
};

const [{ output }] = await build({
  configFile: false,
  logLevel: "silent",
  plugins: [vue],
  define: { "process.env.NODE_ENV": '"development"' },
  resolve: { alias: Object.fromEntries(["react-dom", "react", "vue"].map((one) => [one, resolve(modules, one)])) },
  build: { write: false, target: "es2022", lib: { entry: resolve(entry), name, formats: ["iife"] } },
});
process.stdout.write(output[0].code);
