/** The keys that prove who visitors are: listed, added, deleted. */
import { Badge, Bone, Button, Empty, IconButton, Menu, Notice, toast } from "@halloo/ui";
import { KeyRound, Plus, ShieldAlert, Trash } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../../data/actions.ts";
import { call } from "../../data/api.ts";
import { client, useQuery } from "../../data/query.ts";
import type { IdentityKeyView, WidgetView } from "../../data/types.ts";
import { formatAgo, formatDate, t } from "../../i18n.ts";
import { useCommands } from "../../keys/commands.ts";
import { Card } from "../../settings/card.tsx";
import { Confirm } from "../../shell/confirm.tsx";
import { ListBroken } from "../../shell/list-broken.tsx";
import { type Alg, ableAlgs, identityKeysQuery } from "./keys.ts";
import { NewKey } from "./new-key.tsx";

/** An algorithm in words. */
export const algName = (alg: Alg): string =>
  ({
    HS256: t("alg_HS256"),
    EdDSA: t("alg_EdDSA"),
    "HMAC-email": t("alg_HMAC_email"),
    "HMAC-user-id": t("alg_HMAC_user_id"),
  })[alg];

export const algHint = (alg: Alg): string =>
  ({
    HS256: t("alg_HS256_hint"),
    EdDSA: t("alg_EdDSA_hint"),
    "HMAC-email": t("alg_HMAC_email_hint"),
    "HMAC-user-id": t("alg_HMAC_user_id_hint"),
  })[alg];

export function IdentityKeys({ widget }: { widget: WidgetView }) {
  const query = useQuery(identityKeysQuery(widget.id));
  const [adding, setAdding] = useState<Alg | null>(null);
  const [deleting, setDeleting] = useState<IdentityKeyView | null>(null);
  const keys = query.data ?? [];
  const able = ableAlgs(keys);
  useCommands([
    {
      id: "new-identity-key",
      section: "create",
      label: t("add_identity_key"),
      icon: <KeyRound size={16} />,
      run: () => able[0] && setAdding(able[0]),
    },
  ]);
  const remove = async (key: IdentityKeyView) => {
    try {
      await call("DELETE", `/web-widgets/${widget.id}/identity-keys/${encodeURIComponent(key.kid)}`);
      toast({ text: t("identity_key_deleted"), tone: "good" });
    } catch (error) {
      complain(error);
    }
    void client.invalidateQueries({ queryKey: identityKeysQuery(widget.id).queryKey });
  };
  const add = able.length > 0 && <AddKey able={able} onAdd={setAdding} first={keys.length === 0} />;
  return (
    <Card title={t("identity_keys")} text={t("identity_keys_text")}>
      {query.isPending ? (
        <div class="in-block" aria-hidden="true">
          <Bone width={60} />
          <Bone width={45} />
        </div>
      ) : query.isError ? (
        <ListBroken query={query} />
      ) : keys.length === 0 ? (
        <Empty
          drawing="key"
          title={t("no_identity_keys")}
          text={t("no_identity_keys_text")}
          action={add || undefined}
        />
      ) : (
        <>
          <ul class="in-idkeys" aria-label={t("identity_keys")}>
            {keys.map((key) => (
              <KeyRow key={key.kid} item={key} onDelete={() => setDeleting(key)} />
            ))}
          </ul>
          {add && <div>{add}</div>}
          <p class="ui-about">{t("rotation_hint")}</p>
          {keys.some((key) => key.weak) && <Notice tone="warn">{t("weak_keys_text")}</Notice>}
        </>
      )}
      {adding && <NewKey widget={widget} alg={adding} onClose={() => setAdding(null)} />}
      <Confirm
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={t("delete_identity_key")}
        text={t("delete_identity_key_text", { name: deleting?.kid ?? "" })}
        action={t("delete_identity_key")}
        onConfirm={() => deleting && void remove(deleting)}
      />
    </Card>
  );
}

function AddKey({ able, onAdd, first }: { able: readonly Alg[]; onAdd: (alg: Alg) => void; first: boolean }) {
  const item = (alg: Alg) => ({
    kind: "item" as const,
    id: alg,
    label: algName(alg),
    hint: algHint(alg),
    icon: alg.startsWith("HMAC") ? <ShieldAlert size={16} /> : <KeyRound size={16} />,
    onSelect: () => onAdd(alg),
  });
  const strong = able.filter((alg) => !alg.startsWith("HMAC"));
  const weak = able.filter((alg) => alg.startsWith("HMAC"));
  return (
    <Menu
      label={t("add_identity_key")}
      placement="bottom-start"
      items={[
        ...strong.map(item),
        ...(weak.length > 0 ? [{ kind: "heading" as const, label: t("weaker") }, ...weak.map(item)] : []),
      ]}
      trigger={(props) => (
        <Button {...props} kind={first ? "primary" : "plain"} icon={<Plus size={16} />}>
          {t("add_identity_key")}
        </Button>
      )}
    />
  );
}

function KeyRow({ item, onDelete }: { item: IdentityKeyView; onDelete: () => void }) {
  return (
    <li>
      <span class={item.weak ? "in-idkey-icon in-idkey-weak" : "in-idkey-icon"}>
        {item.weak ? <ShieldAlert size={18} /> : <KeyRound size={18} />}
      </span>
      <span class="in-grow in-two">
        <strong>{algName(item.alg)}</strong>
        <code dir="ltr">{item.kid}</code>
        <span class="in-quiet">
          {t("created_on", { when: formatDate(Date.parse(item.created_at)) })}
          {" · "}
          {item.last_used_at ? t("used_when", { when: formatAgo(Date.parse(item.last_used_at)) }) : t("never_used")}
        </span>
      </span>
      {item.weak && <Badge tone="warn">{t("weaker_badge")}</Badge>}
      <IconButton label={t("delete_named", { name: item.kid })} icon={<Trash size={18} />} onClick={onDelete} />
    </li>
  );
}
