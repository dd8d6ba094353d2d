import { describe, expect, it } from "vitest";
import { curl } from "./call";
import { type Document, example, type Operation, routesByTag, typeOf } from "./document";

const operation: Operation = {
  operationId: "update_tag",
  tags: ["Tags"],
  parameters: [
    { name: "tag_id", in: "path", required: true },
    { name: "dry_run", in: "query" },
    { name: "If-Match", in: "header" },
  ],
  requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/TagPatch" } } } },
};

const document: Document = {
  info: { title: "API", version: "1" },
  tags: [{ name: "Tags", description: "Words." }, { name: "Empty" }],
  paths: { "/core/tags/{tag_id}": { patch: operation } },
  components: {
    schemas: {
      TagPatch: { type: "object", required: [], properties: { name: { oneOf: [{ type: "string" }] } } },
      TagPost: {
        type: "object",
        required: ["name", "scopes", "inner", "role", "limit"],
        properties: {
          name: { type: "string" },
          scopes: { type: "array", items: { type: "string" } },
          inner: { $ref: "#/components/schemas/Inner" },
          role: { type: ["string", "null"], enum: [null, "owner", "admin"] },
          limit: { type: "integer", default: 50 },
          note: { oneOf: [{ type: "string" }, { type: "null" }] },
        },
      },
      Inner: { type: "object", required: ["on"], properties: { on: { type: "boolean" } } },
    },
  },
};
const route = { method: "PATCH", path: "/core/tags/{tag_id}", operation };

describe("the document", () => {
  it("gives routes by tag, in the order of the tags", () => {
    expect(routesByTag(document)).toEqual([
      { name: "Tags", description: "Words.", routes: [route] },
      { name: "Empty", description: "", routes: [] },
    ]);
  });

  it("makes an example of what is required", () => {
    expect(example(document, { $ref: "#/components/schemas/TagPost" })).toEqual({
      name: "",
      scopes: [],
      inner: { on: false },
      role: "owner",
      limit: 50,
    });
    expect(example(document, { $ref: "#/components/schemas/TagPatch" })).toEqual({});
  });

  it("says types in a few words", () => {
    expect(typeOf(document, { oneOf: [{ type: "string" }, { type: "null" }] })).toBe("string | null");
    expect(typeOf(document, { type: "array", items: { $ref: "#/components/schemas/Inner" } })).toBe("Inner[]");
    expect(typeOf(document, undefined)).toBe("any");
  });
});

describe("curl", () => {
  it("quotes for a shell and leaves the token out", () => {
    const values = { parameters: { tag_id: "a/b", dry_run: "true", "If-Match": "" }, body: `{"name":"it's"}` };
    expect(curl(route, values, "https://chat.example")).toBe(
      [
        "curl -X PATCH 'https://chat.example/core/tags/a%2Fb?dry_run=true'",
        '  -H "Authorization: Bearer $HALLOO_TOKEN"',
        "  -H 'Content-Type: application/json'",
        `  -d '{"name":"it'\\''s"}'`,
      ].join(" \\\n"),
    );
  });
});
