import { Button, Notice, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { call, Refusal, signedOut } from "../data/api.ts";
import { meQuery } from "../data/queries.ts";
import { client } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { go } from "../router.ts";
import { Frame } from "./frame.tsx";

export const PASSWORD_LEAST = 10;

/** The door of an invitation: a name, a password, and in. */
export function Join({ token }: { token: string }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const me = await call<MeView>("POST", "/invitations/accept", { token, name: name.trim(), password });
      client.clear();
      client.setQueryData(meQuery.queryKey, me);
      signedOut.set(false);
      go({ page: "inbox", state: "open", whose: "all", id: null, at: null }, true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const gone = error instanceof Refusal && (error.status === 404 || error.status === 401 || error.status === 410);
  return (
    <Frame title={t("join_title")} text={t("join_text")}>
      <form noValidate class="in-door-form" onSubmit={submit}>
        {error !== null && <Notice tone="bad">{gone ? t("join_gone") : reasonOf(error)}</Notice>}
        <TextField
          label={t("your_name")}
          name="name"
          autocomplete="name"
          required
          maxLength={80}
          value={name}
          onValue={setName}
          hint={t("your_name_hint")}
        />
        <TextField
          label={t("new_password")}
          type="password"
          name="password"
          autocomplete="new-password"
          required
          value={password}
          onValue={setPassword}
          hint={t("password_hint", { count: PASSWORD_LEAST })}
        />
        <Button
          kind="primary"
          size="large"
          type="submit"
          busy={busy}
          disabled={name.trim() === "" || password.length < PASSWORD_LEAST}
        >
          {t("join")}
        </Button>
      </form>
    </Frame>
  );
}
