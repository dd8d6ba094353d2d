import { Button, Notice, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { beginSession, NOT_KEPT, Refusal } from "../data/api.ts";
import type { MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { Frame } from "./frame.tsx";

/** What went wrong, in the person's words. */
export function signInTrouble(error: unknown): string {
  if (!(error instanceof Refusal)) return t("trouble");
  if (error.code === "offline") return t("offline_try_again");
  if (error.code === NOT_KEPT) return t("sign_in_not_kept");
  if (error.status === 429) return t("sign_in_throttled");
  return error.status === 401 ? t("sign_in_wrong") : error.message;
}

export function SignIn({ onSignedIn }: { onSignedIn: (me: MeView) => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (email.trim() === "" || password === "") {
      setTrouble(t("sign_in_empty"));
      return;
    }
    setBusy(true);
    setTrouble(null);
    try {
      onSignedIn(await beginSession<MeView>({ email: email.trim(), password }));
    } catch (error) {
      setTrouble(signInTrouble(error));
      setBusy(false);
    }
  };
  return (
    <Frame title={t("sign_in_title")} text={t("sign_in_text")}>
      <form noValidate class="in-door-form" onSubmit={submit}>
        {trouble && <Notice tone="bad">{trouble}</Notice>}
        <TextField
          label={t("email")}
          type="email"
          name="email"
          autocomplete="username"
          value={email}
          onValue={setEmail}
        />
        <TextField
          label={t("password")}
          type="password"
          name="password"
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
        />
        <Button kind="primary" size="large" type="submit" busy={busy}>
          {t("sign_in")}
        </Button>
      </form>
    </Frame>
  );
}
