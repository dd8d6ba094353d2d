import {
  Badge,
  Button,
  Checkbox,
  CopyField,
  Dialog,
  Empty,
  IconButton,
  Notice,
  Select,
  Table,
  TextField,
  toast,
} from "@halloo/ui";
import { KeyRound, Plus, Trash } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { scopesQuery, tokensQuery } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { TokenCreated, TokenView } from "../data/types.ts";
import { formatAgo, formatDate, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { Confirm } from "../shell/confirm.tsx";
import { Title } from "./card.tsx";

export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<TokenView | null>(null);
  useCommands([
    {
      id: "new-token",
      section: "create",
      label: t("create_token"),
      icon: <KeyRound size={16} />,
      run: () => setCreating(true),
    },
  ]);
  const revoke = async (token: TokenView) => {
    try {
      await call("DELETE", `/tokens/${token.id}`);
      toast({ text: t("token_revoked"), tone: "good" });
    } catch (error) {
      complain(error);
    }
    void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
  };
  const create = (
    <Button kind="primary" icon={<Plus size={16} />} onClick={() => setCreating(true)}>
      {t("create_token")}
    </Button>
  );
  const all = tokens.data ?? [];
  return (
    <>
      <Title title={t("settings_tokens")} text={t("tokens_text")} action={all.length > 0 ? create : undefined} />
      <div class="in-card in-card-table">
        {tokens.isSuccess && all.length === 0 ? (
          <Empty drawing="key" title={t("no_tokens")} text={t("no_tokens_text")} action={create} />
        ) : (
          <Table
            label={t("settings_tokens")}
            head={
              <>
                <th>{t("name")}</th>
                <th>{t("scopes")}</th>
                <th>{t("last_used")}</th>
                <th>{t("expires_label")}</th>
                <th>
                  <span class="ui-hidden">{t("more")}</span>
                </th>
              </>
            }
          >
            {all.map((token) => (
              <tr key={token.id}>
                <td>
                  <span class="in-two">
                    <strong dir="auto">{token.name}</strong>
                    <code>{token.hint}…</code>
                  </span>
                </td>
                <td>
                  <span class="in-scopes" data-tip={token.scopes.join(", ")}>
                    {token.scopes.slice(0, 2).map((scope) => (
                      <Badge key={scope}>{scope}</Badge>
                    ))}
                    {token.scopes.length > 2 && <Badge>{t("and_more", { count: token.scopes.length - 2 })}</Badge>}
                  </span>
                </td>
                <td class="in-soft">{token.last_used_at ? formatAgo(Date.parse(token.last_used_at)) : t("never")}</td>
                <td class="in-soft">{token.expires_at ? formatDate(Date.parse(token.expires_at)) : t("never")}</td>
                <td class="in-actions">
                  <IconButton
                    label={t("revoke_token", { name: token.name })}
                    icon={<Trash size={18} />}
                    onClick={() => setRevoking(token)}
                  />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      {creating && <NewToken onClose={() => setCreating(false)} />}
      <Confirm
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t("revoke_token", { name: revoking?.name ?? "" })}
        text={t("revoke_token_text")}
        action={t("revoke")}
        onConfirm={() => revoking && void revoke(revoking)}
      />
    </>
  );
}

const LIVES = { never: null, month: 30, quarter: 90, year: 365 } as const;
type Life = keyof typeof LIVES;

function NewToken({ onClose }: { onClose: () => void }) {
  const scopes = useQuery(scopesQuery).data ?? [];
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [life, setLife] = useState<Life>("never");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [made, setMade] = useState<TokenCreated | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    const days = LIVES[life];
    try {
      const expires_at = days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString();
      setMade(await call<TokenCreated>("POST", "/tokens", { name: name.trim(), scopes: chosen, expires_at }));
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  if (made) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={t("token_ready", { name: made.name })}
        closeLabel={t("close")}
        footer={
          <Button kind="primary" onClick={onClose}>
            {t("done")}
          </Button>
        }
      >
        <div class="in-form">
          <CopyField label={t("token")} text={made.token} copyLabel={t("copy")} copiedLabel={t("copied")} />
          <Notice tone="warn">{t("shown_once")}</Notice>
        </div>
      </Dialog>
    );
  }
  const toggle = (scope: string, on: boolean) =>
    setChosen(on ? [...chosen, scope] : chosen.filter((one) => one !== scope));
  return (
    <Dialog
      open
      onClose={onClose}
      size="large"
      title={t("create_token")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            kind="primary"
            type="submit"
            form="new-token"
            busy={busy}
            disabled={name.trim() === "" || chosen.length === 0}
          >
            {t("create_token")}
          </Button>
        </>
      }
    >
      <form noValidate id="new-token" class="in-form" onSubmit={submit}>
        {trouble && <Notice tone="bad">{trouble}</Notice>}
        <TextField label={t("name")} hint={t("token_name_hint")} maxLength={80} value={name} onValue={setName} />
        <Select
          label={t("expires_label")}
          value={life}
          onValue={(id) => setLife(id as Life)}
          options={(Object.keys(LIVES) as Life[]).map((id) => ({ id, label: t(`life_${id}`) }))}
        />
        <fieldset class="in-checks">
          <legend class="ui-label">{t("scopes")}</legend>
          <Checkbox
            label={t("all_scopes")}
            checked={chosen.length === scopes.length && scopes.length > 0}
            mixed={chosen.length > 0 && chosen.length < scopes.length}
            onChecked={(on) => setChosen(on ? scopes.map((one) => one.scope) : [])}
          />
          {scopes.map((one) => (
            <Checkbox
              key={one.scope}
              label={one.scope}
              hint={one.description}
              checked={chosen.includes(one.scope)}
              onChecked={(on) => toggle(one.scope, on)}
            />
          ))}
        </fieldset>
      </form>
    </Dialog>
  );
}
