/** Builds one entry of the tests into a single script, which sets a global, and prints it: `bundle.mjs entry.ts name`. */
import { resolve } from "node:path";
import { build } from "vite";

const [entry, name] = process.argv.slice(2);
const [{ output }] = await build({
  configFile: false,
  logLevel: "silent",
  build: { write: false, target: "es2022", lib: { entry: resolve(entry), name, formats: ["iife"] } },
});
process.stdout.write(output[0].code);
