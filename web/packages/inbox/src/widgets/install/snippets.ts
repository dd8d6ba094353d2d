/** The line of code for a customer's page, by the way the page is made (embedding contract 4.1). */
export const PAGES = ["html", "react", "vue", "next", "wordpress"] as const;
export type PageKind = (typeof PAGES)[number];

export const PAGE_NAMES: Readonly<Record<PageKind, string>> = {
  html: "HTML",
  react: "React",
  vue: "Vue",
  next: "Next.js",
  wordpress: "WordPress",
};

/** `GET /core/embed`: where the loader lies, and the file that never changes with its hash; null where none was built. */
export interface EmbedAddresses {
  readonly loader_url: string;
  readonly pinned_url: string | null;
  readonly integrity: string | null;
}

/** The attributes of the tag, in the order in which they are written. */
export type Tag = readonly (readonly [name: string, value: string])[];

export const evergreenTag = (id: string, origin: string): Tag => [["src", `${origin}/public/embed/${id}`]];

export const pinnedTag = (id: string, { pinned_url, integrity }: EmbedAddresses): Tag | null =>
  pinned_url === null || integrity === null
    ? null
    : [
        ["crossorigin", "anonymous"],
        ["src", pinned_url],
        ["integrity", integrity],
        ["data-widget", id],
      ];

const html = (tag: Tag): string =>
  `<script async ${tag.map(([name, value]) => `${name}="${value}"`).join(" ")}></script>`;

/** The tag as a script makes it. */
const made = (tag: Tag, indent: string): string =>
  tag
    .map(([name, value]) =>
      name === "src" ? `script.src = "${value}";` : `script.setAttribute("${name}", "${value}");`,
    )
    .map((line) => indent + line)
    .join("\n");

const react = (tag: Tag): string => `import { useEffect } from "react";

export function Chat() {
  useEffect(() => {
    const script = document.createElement("script");
    script.async = true;
${made(tag, "    ")}
    document.body.append(script);
  }, []);
  return null;
}`;

const vue = (tag: Tag): string => `<script setup>
import { onMounted } from "vue";

onMounted(() => {
  const script = document.createElement("script");
  script.async = true;
${made(tag, "  ")}
  document.body.append(script);
});
</script>

<template><slot /></template>`;

const next = (tag: Tag): string => `// app/layout.tsx
import Script from "next/script";

// inside <body>
<Script
  strategy="afterInteractive"
${tag.map(([name, value]) => `  ${name === "crossorigin" ? "crossOrigin" : name}="${value}"`).join("\n")}
/>`;

const wordpress = (tag: Tag): string => `// functions.php of your theme
add_action('wp_footer', function () {
    echo '${html(tag)}';
});`;

const MAKERS: Readonly<Record<PageKind, (tag: Tag) => string>> = { html, react, vue, next, wordpress };

export const snippetOf = (kind: PageKind, tag: Tag): string => MAKERS[kind](tag);

/** What a page with a policy of its own must allow: the loader, the frame, and the host where the page itself asks it something. */
export const policyLines = (origin: string, asks: boolean): string =>
  ["script-src", "frame-src", ...(asks ? ["connect-src"] : [])].map((name) => `${name} ${origin};`).join("\n");

/** What a page that sends Permissions-Policy must leave to the chat, so that visitors can record. */
export const microphoneLine = (origin: string): string => `Permissions-Policy: microphone=(self "${origin}")`;
