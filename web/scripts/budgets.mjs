/** Fails when a part outgrows its budget (gzip -9, in bytes). */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const assets = resolve(dirname(fileURLToPath(import.meta.url)), "../../src/halloo/embed/assets");
const files = resolve(assets, "files");
const KB = 1024;
const manifest = JSON.parse(readFileSync(resolve(assets, "manifest.json"), "utf8"));
const size = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const sum = (names) => [...names].reduce((total, name) => total + size(resolve(files, name)), 0);

/** The files that `entry` pulls in by static imports, itself included. */
function closure(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(resolve(files, entry), "utf8");
  for (const [, name] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) closure(name, seen);
  return seen;
}

/** What a dynamic import of `chunk` fetches on top of `loaded`. */
const onTop = (chunk, loaded) => [...closure(chunk)].filter((name) => !loaded.has(name));

const boot = closure(manifest.widget.js);
/** File names of a kind that a script names: what it imports on demand. */
const named = (script, pattern) => [...new Set(readFileSync(resolve(files, script), "utf8").match(pattern) ?? [])];
const [chatJs] = named(manifest.widget.js, /chat\.[\w-]+\.js/g);
const chat = onTop(chatJs, boot);
const chatCss = named(manifest.widget.js, /chat\.[\w-]+\.css/g);
const languages = named(chatJs, /messages-widget-[\w-]+\.[\w-]+\.js/g);
const largest = Math.max(...languages.map((name) => size(resolve(files, name))));

const rows = [
  ["loader", size(resolve(assets, "loader.js")), 4 * KB],
  ["boot core of the frame", sum(boot) + sum(manifest.widget.css), 14 * KB],
  ["chat app, styles and one language", sum(chat) + sum(chatCss) + largest, 45 * KB],
];
if (manifest.inbox) {
  rows.push(["inbox, first load", sum(closure(manifest.inbox.js)) + sum(manifest.inbox.css), 200 * KB]);
}

let failed = false;
for (const [name, bytes, budget] of rows) {
  const over = bytes > budget;
  failed ||= over;
  process.stdout.write(`${over ? "OVER" : "ok  "}  ${String(bytes).padStart(7)} / ${budget}  ${name}\n`);
}
process.exit(failed ? 1 : 0);
