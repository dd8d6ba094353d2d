/** One call of the API from this page: made with the token that was typed, else with the inbox's session. */
import type { Route } from "./document";

export interface Values {
  parameters: Record<string, string>;
  body: string;
}

export interface Answer {
  status: number;
  statusText: string;
  ms: number;
  headers: [string, string][];
  body: string;
}

const SHOWN = ["content-type", "etag", "location", "retry-after", "content-disposition"];
const INDENT = 2;

function address(route: Route, values: Values): string {
  const query = new URLSearchParams();
  let path = route.path;
  for (const parameter of route.operation.parameters ?? []) {
    const value = values.parameters[parameter.name] ?? "";
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    if (parameter.in === "query" && value !== "") query.set(parameter.name, value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function headers(route: Route, values: Values, token: string): Record<string, string> {
  const found: Record<string, string> = {};
  if (token !== "") found["Authorization"] = `Bearer ${token}`;
  else if (route.method !== "GET") found["X-Halloo-Request"] = "1";
  for (const parameter of route.operation.parameters ?? []) {
    const value = values.parameters[parameter.name] ?? "";
    if (parameter.in === "header" && value !== "") found[parameter.name] = value;
  }
  if (route.operation.requestBody !== undefined) found["Content-Type"] = "application/json";
  return found;
}

/** The JSON of a body in many lines, anything else as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, INDENT);
  } catch {
    return text;
  }
}

/** Make the call. Throws where the server cannot be reached. */
export async function send(route: Route, values: Values, token: string): Promise<Answer> {
  const began = performance.now();
  const response = await fetch(address(route, values), {
    method: route.method,
    headers: headers(route, values, token),
    credentials: token === "" ? "same-origin" : "omit",
    cache: "no-store",
    ...(route.operation.requestBody === undefined ? {} : { body: values.body }),
  });
  const body = await response.text();
  return {
    status: response.status,
    statusText: response.statusText,
    ms: Math.round(performance.now() - began),
    headers: SHOWN.flatMap((name): [string, string][] => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
    body: pretty(body),
  };
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same call for a shell; the token stays out of it. */
export function curl(route: Route, values: Values, origin: string): string {
  const given = headers(route, values, "$HALLOO_TOKEN");
  const lines = [
    `curl ${route.method === "GET" ? "" : `-X ${route.method} `}${quote(origin + address(route, values))}`,
  ];
  for (const [name, value] of Object.entries(given)) {
    lines.push(`-H ${name === "Authorization" ? `"${name}: ${value}"` : quote(`${name}: ${value}`)}`);
  }
  if (route.operation.requestBody !== undefined) lines.push(`-d ${quote(values.body)}`);
  return lines.join(" \\\n  ");
}
