/** How one knows on the other side that a call comes from here: switched on and off, secrets changed, code for the receiver. */
import { Badge, Button, Dialog, Notice, Select, toast } from "@halloo/ui";
import { KeyRound, RefreshCw, ShieldAlert } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { Refusal } from "../data/api.ts";
import { reasonOf } from "../data/reason.ts";
import { formatDate, formatLasting, formatMoment, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { Confirm } from "../shell/confirm.tsx";
import { Choices } from "./form.tsx";
import { changeHook, look, makeSecret, promoteSecret, withdrawSecret } from "./queries.ts";
import { SecretOnce, VerifyCode } from "./secret-once.tsx";
import type { HookSecretView, HookView } from "./types.ts";

type Asking = "next" | "promote" | "withdraw" | "leaked" | "off" | null;

interface Fresh {
  readonly title: string;
  readonly text: string;
  readonly secret: string;
}

export function Signature({ hook, may }: { hook: HookView; may: boolean }) {
  const [asking, setAsking] = useState<Asking>(null);
  const [fresh, setFresh] = useState<Fresh | null>(null);
  /** The secret that was last shown here: the code has it filled in until one goes away. */
  const [shown, setShown] = useState<string | undefined>(undefined);
  const signed = hook.signing === "signed" || hook.kind === "plugin";
  const show = (next: Fresh) => {
    setFresh(next);
    setShown(next.secret);
    look(hook.id);
  };
  const act = async (task: () => Promise<unknown>, done: string) => {
    try {
      await task();
      toast({ text: done, tone: "good" });
    } catch (error) {
      complain(error);
    }
    look(hook.id);
  };
  const choose = async (signing: "none" | "signed") => {
    if (signing === hook.signing) return;
    if (signing === "none") return setAsking("off");
    try {
      const saved = await changeHook(hook.id, { signing });
      if (saved.secret)
        show({ title: t("hooks_secret_ready"), text: t("hooks_secret_ready_text"), secret: saved.secret });
    } catch (error) {
      complain(error);
    }
  };
  const promote = async (immediately: boolean) => {
    const made = (await promoteSecret(hook.id, immediately)) as { secret?: string | null };
    if (made.secret)
      show({ title: t("hooks_secret_replaced"), text: t("hooks_secret_replaced_text"), secret: made.secret });
  };
  const next = hook.secrets.find((secret) => secret.role === "next");
  return (
    <div class="in-hook-form">
      {hook.kind !== "plugin" && (
        <Card title={t("hooks_signing")}>
          <Choices
            quiet
            name="signing-now"
            label={t("hooks_signing")}
            disabled={!may}
            value={hook.signing}
            onValue={(value) => void choose(value)}
            choices={[
              { id: "none", label: t("hooks_signing_none"), hint: t("hooks_signing_none_text") },
              { id: "signed", label: t("hooks_signing_signed"), hint: t("hooks_signing_signed_text") },
            ]}
          />
        </Card>
      )}
      {signed && (
        <Card title={t("hooks_secrets")} text={t("hooks_secrets_text")}>
          <ul class="in-idkeys" aria-label={t("hooks_secrets")}>
            {hook.secrets.map((secret) => (
              <SecretRow key={secret.id} secret={secret} />
            ))}
          </ul>
          {may && (
            <div class="in-hook-buttons">
              {next ? (
                <>
                  <Button kind="primary" onClick={() => setAsking("promote")}>
                    {t("hooks_promote")}
                  </Button>
                  <Button onClick={() => setAsking("withdraw")}>{t("hooks_withdraw")}</Button>
                </>
              ) : (
                <Button icon={<RefreshCw size={16} />} onClick={() => setAsking("next")}>
                  {t("hooks_make_next")}
                </Button>
              )}
              <Button kind="ghost" icon={<ShieldAlert size={16} />} onClick={() => setAsking("leaked")}>
                {t("hooks_leaked")}
              </Button>
            </div>
          )}
        </Card>
      )}
      {signed ? (
        <Card title={t("hooks_receiver")} text={t("hooks_receiver_text")}>
          {shown === undefined && <p class="ui-about">{t("hooks_placeholder_text")}</p>}
          {shown === undefined ? <VerifyCode /> : <VerifyCode secret={shown} />}
        </Card>
      ) : (
        <Notice>{t("hooks_unsigned_advice")}</Notice>
      )}
      {asking === "next" && (
        <NextSecret
          hook={hook}
          onClose={() => setAsking(null)}
          onMade={(secret) => {
            setAsking(null);
            show({ title: t("hooks_next_ready"), text: t("hooks_next_ready_text"), secret });
          }}
        />
      )}
      <Confirm
        open={asking === "promote"}
        onClose={() => setAsking(null)}
        title={t("hooks_promote_title")}
        text={t("hooks_promote_text")}
        action={t("hooks_promote")}
        onConfirm={() => void act(() => promote(false), t("hooks_promoted"))}
      />
      <Confirm
        open={asking === "withdraw"}
        onClose={() => setAsking(null)}
        title={t("hooks_withdraw_title")}
        text={t("hooks_withdraw_text")}
        action={t("hooks_withdraw")}
        onConfirm={() => next && void act(() => withdrawSecret(hook.id, next.id), t("hooks_withdrawn"))}
      />
      <Confirm
        open={asking === "leaked"}
        onClose={() => setAsking(null)}
        title={t("hooks_leaked_title")}
        text={t(next ? "hooks_leaked_text_next" : "hooks_leaked_text")}
        action={t("hooks_leaked_go")}
        onConfirm={() => void act(() => promote(true), t("hooks_promoted"))}
      />
      <Confirm
        open={asking === "off"}
        onClose={() => setAsking(null)}
        title={t("hooks_unsign_title")}
        text={t("hooks_unsign_text")}
        action={t("hooks_unsign")}
        onConfirm={() => void act(() => changeHook(hook.id, { signing: "none" }), t("saved"))}
      />
      {fresh && (
        <SecretOnce title={fresh.title} text={fresh.text} secret={fresh.secret} onClose={() => setFresh(null)} />
      )}
    </div>
  );
}

function SecretRow({ secret }: { secret: HookSecretView }) {
  const next = secret.role === "next";
  return (
    <li>
      <span class={next ? "in-idkey-icon in-hook-next" : "in-idkey-icon"}>
        <KeyRound size={18} />
      </span>
      <span class="in-grow in-two">
        <code dir="ltr">{secret.hint}</code>
        <span class="in-quiet">
          {t("created_on", { when: formatDate(Date.parse(secret.created_at)) })}
          {secret.promotes_at && ` · ${t("hooks_promotes_at", { when: formatMoment(Date.parse(secret.promotes_at)) })}`}
        </span>
      </span>
      <Badge tone={next ? "warn" : "good"}>{t(next ? "hooks_secret_next" : "hooks_secret_current")}</Badge>
    </li>
  );
}

const OVERLAPS = [3_600, 86_400, 3 * 86_400, 7 * 86_400] as const;

function NextSecret({
  hook,
  onClose,
  onMade,
}: {
  hook: HookView;
  onClose: () => void;
  onMade: (secret: string) => void;
}) {
  const [overlap, setOverlap] = useState("86400");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const make = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      onMade((await makeSecret(hook.id, Number(overlap))).secret);
    } catch (error) {
      setTrouble(
        error instanceof Refusal && error.code === "rotation_running" ? t("hooks_rotation_running") : reasonOf(error),
      );
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("hooks_make_next")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="hook-next" busy={busy}>
            {t("hooks_make_next_go")}
          </Button>
        </>
      }
    >
      <form noValidate id="hook-next" class="in-form" onSubmit={make}>
        <p class="in-soft">{t("hooks_make_next_text")}</p>
        <Select
          label={t("hooks_overlap")}
          hint={t("hooks_overlap_hint")}
          value={overlap}
          onValue={setOverlap}
          options={OVERLAPS.map((seconds) => ({ id: String(seconds), label: formatLasting(seconds * 1000) }))}
        />
        {trouble && <Notice tone="bad">{trouble}</Notice>}
      </form>
    </Dialog>
  );
}
