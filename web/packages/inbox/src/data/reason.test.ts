import { Refusal } from "@halloo/core/refusal.ts";
import { expect, it } from "vitest";
import { reasonOf } from "./reason.ts";

it("says a refusal in people's words, and what the server wrote where there are none", () => {
  expect(reasonOf(new Refusal("offline"))).toContain("cannot be reached");
  expect(reasonOf(new Refusal("email_taken", "x", 409))).toContain("already");
  expect(reasonOf(new Refusal("tag_not_found", "x", 404))).toBe("It no longer exists.");
  expect(reasonOf(new Refusal("bad_answer", "HTTP 502", 502))).toContain("server");
  expect(reasonOf(new Refusal("field_invalid", "email: x", 422, { field: "email" }))).toBe(
    "This is not an email address.",
  );
  expect(reasonOf(new Refusal("config_invalid", "chat.title: too long.", 422))).toBe(
    "This was not accepted: chat.title: too long.",
  );
  expect(reasonOf(new TypeError("x"))).toContain("wrong");
});

it("says what is wrong with a file, and what to do", () => {
  const said = (code: string, details = {}) => reasonOf(new Refusal(code, "x", 415, details));
  expect(said("file_too_large", { max_bytes: 26_214_400 })).toContain("25 MB");
  expect(said("file_type", { types: ["image"] })).toContain("PNG, JPEG");
  expect(said("file_type", { types: ["image", "pdf"] })).toContain("ZIP");
  expect(said("image_refused", { reason: "pixels" })).toContain("25 megapixels");
  expect(said("image_refused", { reason: "some other day" })).toContain("damaged");
  expect(reasonOf(new Refusal("upload_not_found", "x", 404))).toContain("Try again");
  expect(reasonOf(new Refusal("field_invalid", "size: x", 422, { field: "size" }))).toContain("empty");
});
