/** A new identity key: made by Halloo, brought along as a public key, or taken over from another messenger. */
import { Button, CopyField, Dialog, Notice, TextArea, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { call } from "../../data/api.ts";
import { client } from "../../data/query.ts";
import { reasonOf } from "../../data/reason.ts";
import type { IdentityKeyCreated, IdentityKeyPost, WidgetView } from "../../data/types.ts";
import { t } from "../../i18n.ts";
import { CodeTabs } from "../../shell/code-tabs.tsx";
import { algHint, algName } from "./identity-keys.tsx";
import { type Alg, identityKeysQuery, pemTrouble } from "./keys.ts";
import { PAGE_WITH_HASH, PAGE_WITH_TOKEN, SERVER_LANGUAGES, SERVER_NAMES, type Signing, sampleOf } from "./samples.ts";

export function NewKey({ widget, alg, onClose }: { widget: WidgetView; alg: Alg; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [made, setMade] = useState<IdentityKeyCreated | null>(null);
  const wrong = alg === "EdDSA" && typed.trim() !== "" ? pemTrouble(typed) : null;
  const ready = alg === "HS256" || (typed.trim() !== "" && wrong === null);
  const create = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setTrouble(null);
    const body: IdentityKeyPost =
      alg === "HS256" ? { alg } : alg === "EdDSA" ? { alg, public_key: typed.trim() } : { alg, secret: typed.trim() };
    try {
      setMade(await call<IdentityKeyCreated>("POST", `/web-widgets/${widget.id}/identity-keys`, body));
      setTyped("");
      void client.invalidateQueries({ queryKey: identityKeysQuery(widget.id).queryKey });
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  if (made) return <KeyReady widget={widget} made={made} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={algName(alg)}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="new-identity-key" busy={busy} disabled={!ready}>
            {t("add_identity_key")}
          </Button>
        </>
      }
    >
      <form noValidate id="new-identity-key" class="in-form" onSubmit={create}>
        <p class="in-soft">{algHint(alg)}</p>
        {alg === "EdDSA" && (
          <TextArea
            label={t("public_key")}
            hint={t("public_key_hint")}
            dir="ltr"
            class="in-code-field"
            spellcheck={false}
            rows={[4, 8]}
            placeholder={"-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----"}
            value={typed}
            onValue={setTyped}
            error={wrong ? t(wrong) : undefined}
          />
        )}
        {alg.startsWith("HMAC") && (
          <>
            <Notice tone="warn">{t("weak_keys_text")}</Notice>
            <TextField
              label={t("hmac_secret")}
              hint={t("hmac_secret_hint")}
              type="password"
              dir="ltr"
              autocomplete="off"
              spellcheck={false}
              value={typed}
              onValue={setTyped}
            />
          </>
        )}
        {trouble && <Notice tone="bad">{trouble}</Notice>}
      </form>
    </Dialog>
  );
}

/** What to do with the new key: its secret, once, and the code for both sides. */
function KeyReady({ widget, made, onClose }: { widget: WidgetView; made: IdentityKeyCreated; onClose: () => void }) {
  const { alg } = made;
  return (
    <Dialog
      open
      onClose={onClose}
      size="large"
      title={t("identity_key_ready")}
      closeLabel={t("close")}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div class="in-form">
        {alg === "HS256" && made.secret && (
          <div class="in-block">
            <span class="ui-label">{t("secret")}</span>
            <CopyField label={t("secret")} text={made.secret} copyLabel={t("copy")} copiedLabel={t("copied")} />
            <Notice tone="warn">{t("secret_once")}</Notice>
          </div>
        )}
        {alg === "HS256" || alg === "EdDSA" ? (
          <Code signing={{ widget: widget.id, kid: made.kid, alg }} />
        ) : (
          <OnThePage code={PAGE_WITH_HASH[alg]} />
        )}
      </div>
    </Dialog>
  );
}

function Code({ signing }: { signing: Signing }) {
  return (
    <>
      <CodeTabs
        id="sample"
        label={t("on_your_server")}
        names={SERVER_NAMES}
        languages={SERVER_LANGUAGES}
        codeOf={(language) => sampleOf(language, signing)}
      />
      <OnThePage code={PAGE_WITH_TOKEN} />
    </>
  );
}

function OnThePage({ code }: { code: string }) {
  return (
    <div class="in-block">
      <span class="ui-label">{t("on_your_page")}</span>
      <CopyField block label={t("on_your_page")} text={code} copyLabel={t("copy")} copiedLabel={t("copied")} />
    </div>
  );
}
