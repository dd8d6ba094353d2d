/** What this page is, and what it may ask. */

/** What the server at `host` answers, asked from the page; a request to another origin carries no credentials. */
export const fetchJson = <Answer>(host: string, path: string, options?: RequestInit): Promise<Answer> =>
  fetch(`${host}/core/public/web-widgets/${path}`, options).then((answer) => answer.json());

/** The origin of this page; one that a sandbox or `srcdoc` took away counts as none. */
export const page = origin === location.origin ? origin : "null";
