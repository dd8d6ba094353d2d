/** The API page: reads /docs/openapi.json and lets one try every route. */
import "@halloo/ui/tokens.css";
import "./docs.css";
import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Document, routesByTag } from "./document";
import { RouteCard } from "./route";

const KEY = "halloo-docs-token";

function remembered(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(token: string): void {
  try {
    if (token === "") sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // A browser without storage forgets the token with the page.
  }
}

function TokenField({ token, onToken }: { token: string; onToken: (token: string) => void }) {
  return (
    <label class="token">
      <span>Token</span>
      <input
        type="password"
        value={token}
        placeholder="hal_… — empty: your inbox session"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onToken(event.currentTarget.value.trim())}
      />
    </label>
  );
}

function matches(text: string, words: string[]): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

function Page({ document }: { document: Document }) {
  const [token, setToken] = useState(remembered);
  const [filter, setFilter] = useState("");
  const groups = useMemo(() => routesByTag(document), [document]);
  useEffect(() => remember(token), [token]);
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = groups
    .map((group) => ({
      ...group,
      routes: group.routes.filter((route) =>
        matches(`${route.method} ${route.path} ${route.operation.description ?? ""} ${group.name}`, words),
      ),
    }))
    .filter((group) => group.routes.length > 0);
  return (
    <div class="page">
      <header class="top">
        <h1>
          {document.info.title} <span class="version">{document.info.version}</span>
        </h1>
        <TokenField token={token} onToken={setToken} />
      </header>
      <nav class="side" aria-label="Routes">
        <input
          type="search"
          class="filter"
          placeholder="Filter routes"
          aria-label="Filter routes"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        {shown.map((group) => (
          <section key={group.name}>
            <h2>{group.name}</h2>
            <ul>
              {group.routes.map((route) => (
                <li key={route.operation.operationId}>
                  <a href={`#${route.operation.operationId}`}>
                    <span class={`method ${route.method.toLowerCase()}`}>{route.method}</span>
                    <span class="path">{route.path.replace("/core", "").replace(/\{\w+\}/g, "{id}")}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <main>
        <p class="lead">
          {document.info.description} <a href="/docs/openapi.json">openapi.json</a>
        </p>
        {shown.map((group) => (
          <section key={group.name} class="group">
            <h2>{group.name}</h2>
            <p>{group.description}</p>
            {group.routes.map((route) => (
              <RouteCard key={route.operation.operationId} document={document} route={route} token={token} />
            ))}
          </section>
        ))}
        {shown.length === 0 && <p class="lead">No route fits “{filter}”.</p>}
      </main>
    </div>
  );
}

async function start(root: Element): Promise<void> {
  const response = await fetch("/docs/openapi.json");
  render(<Page document={(await response.json()) as Document} />, root);
  const target = location.hash === "" ? null : window.document.getElementById(location.hash.slice(1));
  target?.scrollIntoView();
}

const root = window.document.getElementById("docs");
if (root !== null) {
  start(root).catch((error: unknown) => {
    console.error(error);
    root.textContent = "The API's description could not be loaded. Is the server running?";
  });
}
