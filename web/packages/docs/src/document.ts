/** The OpenAPI document as far as this page reads it, and examples made from its schemas. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: "query" | "path" | "header" | "cookie";
  description?: string;
  required?: boolean;
  schema?: Schema;
}

export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
  "x-scopes"?: string[];
  security?: unknown[];
}

export interface Document {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** An operation with its address. */
export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

const DEPTH = 6;

/** Every operation by its tag, in the order of the document's tags. */
export function routesByTag(document: Document): { name: string; description: string; routes: Route[] }[] {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return (document.tags ?? []).map((tag) => ({
    name: tag.name,
    description: tag.description ?? "",
    routes: routes.filter((route) => route.operation.tags?.includes(tag.name)),
  }));
}

/** The schema behind a reference. */
export function resolve(document: Document, schema: Schema | undefined): Schema {
  if (schema?.$ref === undefined) return schema ?? {};
  return document.components?.schemas?.[schema.$ref.split("/").pop() ?? ""] ?? {};
}

/** The first choice that is not null. */
function chosen(schema: Schema): Schema {
  const choices = schema.oneOf ?? schema.anyOf;
  return choices?.find((choice) => choice.type !== "null") ?? choices?.[0] ?? schema;
}

const first = (type: Schema["type"]): string | undefined =>
  Array.isArray(type) ? type.find((name) => name !== "null") : type;

/** A schema in a few words: `string`, `string | null`, `OperatorView[]`. */
export function typeOf(document: Document, schema: Schema | undefined): string {
  if (schema === undefined) return "any";
  if (schema.$ref !== undefined) return schema.$ref.split("/").pop() ?? "object";
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return [...new Set(choices.map((choice) => typeOf(document, choice)))].join(" | ");
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (first(schema.type) === "array") return `${typeOf(document, schema.items)}[]`;
  return Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "any");
}

/** A value that fits the schema, for the request to begin with: what is required and nothing else. */
export function example(document: Document, schema: Schema | undefined, depth = 0): unknown {
  const plain = resolve(document, schema);
  if (plain.default !== undefined) return plain.default;
  if (plain.const !== undefined) return plain.const;
  if (plain.enum !== undefined) return plain.enum.find((value) => value !== null);
  if (plain.oneOf !== undefined || plain.anyOf !== undefined) return example(document, chosen(plain), depth + 1);
  switch (first(plain.type)) {
    case "object":
      if (depth > DEPTH) return {};
      return Object.fromEntries(
        Object.entries(plain.properties ?? {})
          .filter(([name]) => plain.required?.includes(name))
          .map(([name, inner]) => [name, example(document, inner, depth + 1)]),
      );
    case "array":
      return [];
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    default:
      return "";
  }
}
