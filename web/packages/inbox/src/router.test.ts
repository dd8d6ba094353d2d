import { describe, expect, it } from "vitest";
import { addressOf, parseRoute } from "./router.ts";

describe("addresses", () => {
  it.each([
    "/inbox/open/all",
    "/inbox/snoozed/mine/0196f0d1",
    "/inbox/resolved/unassigned/0196f0d1?at=176371573112345",
    "/inbox/search?q=blue%20glaze",
    "/inbox/visitors",
    "/inbox/visitors/0196",
    "/inbox/contacts",
    "/inbox/contacts/0196",
    "/inbox/satisfaction",
    "/inbox/satisfaction?days=7&operator=0196",
    "/inbox/satisfaction?from=2026-11-01&to=2026-11-09&widget=0196",
    "/inbox/widgets",
    "/inbox/widgets/0196/domains",
    "/inbox/widgets/0196/forms",
    "/inbox/widgets/0196/security",
    "/inbox/settings/audit",
    "/inbox/settings/hooks",
    "/inbox/settings/hooks/new",
    "/inbox/settings/hooks/listen",
    "/inbox/settings/hooks/0196",
    "/inbox/settings/hooks/0196/signature",
    "/inbox/settings/hooks/0196?state=exhausted&event=message%3Asend&delivery=17-0",
  ])("%s is read and written alike", (address) => {
    expect(addressOf(parseRoute(address))).toBe(address);
  });

  it("knows short ways in, and what leads nowhere", () => {
    expect(parseRoute("/inbox")).toMatchObject({ page: "inbox", state: "open", whose: "all", id: null });
    expect(parseRoute("/inbox/c/0196")).toMatchObject({ page: "inbox", id: "0196" });
    expect(parseRoute("/inbox/join#secret")).toEqual({ page: "join", token: "secret" });
    expect(parseRoute("/inbox/nowhere")).toEqual({ page: "missing" });
    expect(parseRoute("/inbox/open/theirs")).toEqual({ page: "missing" });
    expect(parseRoute("/inbox/settings/hooks/0196/elsewhere")).toEqual({ page: "missing" });
    expect(parseRoute("/inbox/contacts/%E0%A4%A")).toEqual({ page: "contacts", id: null });
  });
});
