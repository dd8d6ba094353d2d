/** Builds every page of the browser side into src/halloo/embed/assets; names given on the command line build only those. */
import { existsSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const assets = resolve(web, "../src/halloo/embed/assets");
const sources = {
  loader: "packages/loader/src/index.ts",
  widget: "packages/widget/src/boot.ts",
  preview: "packages/widget/src/preview.tsx",
  inbox: "packages/inbox/src/main.tsx",
  docs: "packages/docs/src/main.tsx",
};

const wanted = process.argv.slice(2).filter((name) => name in sources);
if (wanted.length === 0) rmSync(assets, { recursive: true, force: true });
for (const [mode, source] of Object.entries(sources)) {
  if (wanted.length > 0 && !wanted.includes(mode)) continue;
  if (!existsSync(resolve(web, source))) continue;
  await build({ configFile: resolve(web, "vite.config.ts"), mode, logLevel: "warn" });
}
