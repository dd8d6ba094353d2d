/** Who is kept away, and letting them in again; networks are entered here. */
import { Badge, Bone, Button, Dialog, Empty, IconButton, Segmented, Table, TextField, toast } from "@halloo/ui";
import { Ban, Undo2 } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { blocksQuery, grow, useCan } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import type { BlockView } from "../data/types.ts";
import { formatMoment, t } from "../i18n.ts";
import { go } from "../router.ts";
import { ListBroken } from "../shell/list-broken.tsx";
import { contactName } from "../thread/names.ts";
import { Title, useSaving } from "./card.tsx";

const KINDS = ["", "visitor", "network"] as const;
const KIND_WORDS = { "": "whose_all", visitor: "blocked_people", network: "blocked_networks" } as const;
type Kind = (typeof KINDS)[number];

const refresh = () => void client.invalidateQueries({ queryKey: keys.blocks });

export function Blocked() {
  const [kind, setKind] = useState<Kind>("");
  const [adding, setAdding] = useState(false);
  const mayNetwork = useCan("web_widgets:manage");
  const query = useQuery(blocksQuery(kind));
  const all = query.data?.items ?? [];
  const add = mayNetwork && (
    <Button kind="primary" icon={<Ban size={16} />} onClick={() => setAdding(true)}>
      {t("block_network")}
    </Button>
  );
  return (
    <>
      <Title title={t("settings_blocked")} text={t("blocked_text")} action={add} />
      <Segmented
        label={t("blocked_kind")}
        value={kind}
        onChoose={setKind}
        choices={KINDS.map((id) => ({ id, label: t(KIND_WORDS[id]) }))}
      />
      <div class="in-card in-card-table">
        {query.isPending ? (
          <div class="in-table-bones" aria-hidden="true">
            {[40, 55, 45].map((width) => (
              <div key={width}>
                <Bone width={width} />
                <Bone width={20} />
              </div>
            ))}
          </div>
        ) : query.isError ? (
          <ListBroken query={query} />
        ) : all.length === 0 ? (
          <Empty drawing="people" title={t("no_blocked")} text={t("no_blocked_text")} />
        ) : (
          <Table
            label={t("settings_blocked")}
            head={
              <>
                <th>{t("who")}</th>
                <th>{t("block_reason")}</th>
                <th>{t("when")}</th>
                <th>
                  <span class="ui-hidden">{t("more")}</span>
                </th>
              </>
            }
          >
            {all.map((block) => (
              <Line key={block.id} block={block} able={block.kind === "visitor" || mayNetwork} />
            ))}
          </Table>
        )}
      </div>
      {query.data?.next && (
        <div class="in-more">
          <Button onClick={() => void grow<BlockView>(keys.blockList(kind), "/blocks", kind === "" ? {} : { kind })}>
            {t("show_more")}
          </Button>
        </div>
      )}
      {adding && <AddNetwork onClose={() => setAdding(false)} />}
    </>
  );
}

function Line({ block, able }: { block: BlockView; able: boolean }) {
  const person = block.kind === "visitor";
  const name = person ? contactName({ id: block.value, name: block.name, email: null }) : block.value;
  const contact = block.contact_id;
  const lift = async () => {
    try {
      await call("DELETE", `/blocks/${block.id}`);
      refresh();
      toast({ text: t("unblocked_toast", { name }), tone: "good" });
    } catch (error) {
      complain(error);
    }
  };
  return (
    <tr>
      <td>
        <span class="in-two">
          {contact ? (
            <button type="button" class="ui-link" onClick={() => go({ page: "contacts", id: contact })}>
              <bdi>{name}</bdi>
            </button>
          ) : person ? (
            <bdi>{name}</bdi>
          ) : (
            <code dir="ltr">{name}</code>
          )}
          {block.expires_at && <Badge>{t("until", { when: formatMoment(Date.parse(block.expires_at)) })}</Badge>}
        </span>
      </td>
      <td dir="auto">{block.reason || "–"}</td>
      <td class="in-soft">
        <span class="in-two">
          {formatMoment(Date.parse(block.created_at))}
          {block.created_by && <bdi class="in-details">{block.created_by.name}</bdi>}
        </span>
      </td>
      <td class="in-actions">
        {able && (
          <IconButton label={t("unblock_named", { name })} icon={<Undo2 size={18} />} onClick={() => void lift()} />
        )}
      </td>
    </tr>
  );
}

function AddNetwork({ onClose }: { onClose: () => void }) {
  const [network, setNetwork] = useState("");
  const [reason, setReason] = useState("");
  const { busy, trouble, run } = useSaving();
  const save = async () => {
    const done = await run(() => call("POST", "/blocks", { network: network.trim(), reason }));
    if (!done) return;
    refresh();
    onClose();
  };
  return (
    <Dialog
      open
      size="small"
      onClose={onClose}
      title={t("block_network")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="danger" busy={busy} disabled={network.trim() === ""} onClick={() => void save()}>
            {t("block")}
          </Button>
        </>
      }
    >
      <div class="in-form">
        <TextField
          label={t("network")}
          hint={t("network_hint")}
          dir="ltr"
          placeholder="203.0.113.0/24"
          value={network}
          error={trouble ?? undefined}
          onValue={setNetwork}
          data-autofocus
        />
        <TextField
          label={t("block_reason")}
          hint={t("block_reason_hint")}
          value={reason}
          maxLength={280}
          onValue={setReason}
        />
      </div>
    </Dialog>
  );
}
