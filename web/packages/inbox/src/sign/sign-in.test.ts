// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { beginSession, signedOut } from "../data/api.ts";
import { t } from "../i18n.ts";
import { signInTrouble } from "./sign-in.tsx";

afterEach(() => {
  vi.unstubAllGlobals();
  signedOut.set(false);
});

/** Answers a sign-in, and with `status` whoever asks who that is. */
function server(status: number): void {
  vi.stubGlobal("fetch", async (url: string) =>
    url === "/core/session"
      ? Response.json({ id: "ada" })
      : Response.json(status === 200 ? { id: "ada" } : { error: "unauthorized", message: "no" }, { status }),
  );
}

const enter = () => beginSession({ email: "ada@halloo.example", password: "a password" });

it("lets in where the browser kept the session", async () => {
  server(200);
  expect(await enter()).toEqual({ id: "ada" });
});

it("says so where the browser threw the session's cookie away, instead of showing the empty form again", async () => {
  server(401);
  const trouble = await enter().catch(signInTrouble);
  expect([trouble, signedOut.get()]).toEqual([t("sign_in_not_kept"), false]);
});

it("is not stopped by a server that is busy just then", async () => {
  server(503);
  expect(await enter()).toEqual({ id: "ada" });
});
