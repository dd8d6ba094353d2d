/**
 * One configuration, one build per mode: `loader`, `widget`, `preview`, `inbox`.
 *
 * Each mode is its own bundle, so that the boot core of the frame never waits for a chunk that it shares with another page.
 * Everything lands in src/halloo/embed/assets: `loader.js`, `files/{name}.{hash}.{ext}` and `manifest.json`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";

const web = dirname(fileURLToPath(import.meta.url));
const assets = resolve(web, "../src/halloo/embed/assets");

/** Where each page begins. */
export const entries = {
  widget: "packages/widget/src/boot.ts",
  preview: "packages/widget/src/preview.tsx",
  inbox: "packages/inbox/src/main.tsx",
  docs: "packages/docs/src/main.tsx",
} as const;

type Mode = keyof typeof entries | "loader";

/** A file name of our own alphabet: [a-z0-9-]. */
const tidy = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "chunk";

/** Message files become `messages-{language}`, everything else keeps its own name. */
function chunkName(name: string, moduleId: string | null): string {
  const language = moduleId?.match(/messages\/([A-Za-z-]+)\/(\w+)\.json$/);
  return language ? tidy(`messages-${language[2]}-${language[1]}`) : tidy(name);
}

/** Writes this build's entry into manifest.json, beside the entries of the other builds. */
function manifest(mode: keyof typeof entries): Plugin {
  return {
    name: "halloo-manifest",
    writeBundle(_options, bundle) {
      const path = resolve(assets, "manifest.json");
      const known = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>) : {};
      const page: { js: string; css: string[] } = { js: "", css: [] };
      const fonts: Record<string, string> = {};
      for (const item of Object.values(bundle)) {
        if (item.type === "chunk" && item.isEntry) {
          page.js = item.fileName;
          page.css = [...(item.viteMetadata?.importedCss ?? [])];
        }
        if (item.type === "asset" && item.fileName.endsWith(".woff2")) {
          fonts[basename(item.fileName).split(".")[0] ?? item.fileName] = item.fileName;
        }
      }
      known[mode] = page;
      if (mode === "inbox") known["inter"] = fonts;
      const sorted = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
      writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
    },
  };
}

/**
 * Finishes loader.js: `HALLOO_RECORD` becomes the one literal that the server replaces, and the file becomes ASCII. Done after
 * minifying, so that no optimiser draws conclusions from the placeholder. In place of a function around all of it stands a block, which is
 * shorter: what `let` declares in it stays in it. A plain function would not, so that there may be none.
 */
function loaderFinish(): Plugin {
  return {
    name: "halloo-loader-finish",
    generateBundle(_options, bundle) {
      for (const item of Object.values(bundle)) {
        if (item.type !== "chunk") continue;
        const parts = item.code.split(/\bHALLOO_RECORD\b/);
        if (parts.length !== 2) this.error(`HALLOO_RECORD must appear once, found ${parts.length - 1} times`);
        const inner = /^\(function\(\) ?\{([\s\S]*)\}\)\(\);\s*$/.exec(parts.join('"%%"'))?.[1];
        if (inner === undefined || /(?<!async )\bfunction \w/.test(inner))
          this.error("no block can stand around the loader");
        item.code = `{${inner.replace(/\bvar (?=\w)/g, "let ")}}`
          // Line breaks are left in the style sheet alone, where nothing needs them.
          .replaceAll("}\n", "}")
          .replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
      }
    },
  };
}

const shared = {
  root: web,
  base: "/public/assets/",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
    dedupe: ["preact"],
  },
} satisfies UserConfig;

function page(mode: keyof typeof entries): UserConfig {
  return {
    ...shared,
    plugins: [manifest(mode)],
    worker: { format: "iife", rolldownOptions: { output: { entryFileNames: "[name].[hash].js" } } },
    build: {
      target: "esnext",
      outDir: resolve(assets, "files"),
      emptyOutDir: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      cssCodeSplit: true,
      sourcemap: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        input: { [mode === "widget" ? "boot" : mode]: resolve(web, entries[mode]) },
        output: {
          entryFileNames: "[name].[hash].js",
          chunkFileNames: (chunk) => `${chunkName(chunk.name, chunk.facadeModuleId ?? null)}.[hash].js`,
          assetFileNames: (asset) => `${tidy((asset.names[0] ?? "asset").replace(/\.[^.]+$/, ""))}.[hash][extname]`,
        },
      },
    },
  };
}

function loader(): UserConfig {
  return {
    ...shared,
    plugins: [loaderFinish()],
    build: {
      target: "es2022",
      outDir: assets,
      emptyOutDir: false,
      sourcemap: false,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: resolve(web, "packages/loader/src/index.ts"),
        output: { format: "iife", entryFileNames: "loader.js", codeSplitting: false },
      },
    },
  };
}

export default defineConfig(({ mode }) => {
  mkdirSync(resolve(assets, "files"), { recursive: true });
  return mode === "loader" ? loader() : page(mode as Exclude<Mode, "loader">);
});
