import { Avatar, Badge, Bone, Button, IconButton, Menu, type MenuItem, Table, toast } from "@halloo/ui";
import { Ellipsis, Trash, UserCheck, UserRoundPlus, UserX } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { invitationsQuery, operatorsQuery, useCan } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import type { InvitationView, MeView, OperatorPatch, OperatorView } from "../data/types.ts";
import { formatAgo, formatDate, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { Confirm } from "../shell/confirm.tsx";
import { Title } from "./card.tsx";
import { Invite, roleOptions } from "./invite.tsx";

async function patch(operator: OperatorView, change: OperatorPatch): Promise<void> {
  const put = (fields: OperatorPatch) =>
    client.setQueryData<OperatorView[]>(operatorsQuery.queryKey, (all) =>
      all?.map((one) => (one.id === operator.id ? { ...one, ...fields } : one)),
    );
  put(change);
  try {
    await call("PATCH", `/operators/${operator.id}`, change);
  } catch (error) {
    complain(error);
  }
  void client.invalidateQueries({ queryKey: operatorsQuery.queryKey });
}

export function People({ me }: { me: MeView }) {
  const manage = useCan("operators:manage");
  const operators = useQuery(operatorsQuery);
  const invitations = useQuery({ ...invitationsQuery, enabled: manage });
  const [inviting, setInviting] = useState(false);
  const [leaving, setLeaving] = useState<OperatorView | null>(null);
  useCommands(
    manage
      ? [
          {
            id: "invite",
            section: "create",
            label: t("invite_colleague"),
            icon: <UserRoundPlus size={16} />,
            run: () => setInviting(true),
          },
        ]
      : [],
  );
  const all = operators.data ?? [];
  return (
    <>
      <Title
        title={t("settings_people")}
        text={t("people_text")}
        action={
          manage && (
            <Button kind="primary" icon={<UserRoundPlus size={16} />} onClick={() => setInviting(true)}>
              {t("invite_colleague")}
            </Button>
          )
        }
      />
      <div class="in-card in-card-table">
        {operators.isPending ? (
          <div class="in-table-bones" aria-hidden="true">
            <div>
              <Bone height={28} round />
              <Bone width={30} />
            </div>
          </div>
        ) : (
          <Table
            label={t("settings_people")}
            head={
              <>
                <th>{t("name")}</th>
                <th>{t("role")}</th>
                <th>{t("last_seen_label")}</th>
                <th>
                  <span class="ui-hidden">{t("more")}</span>
                </th>
              </>
            }
          >
            {all.map((operator) => (
              <Person
                key={operator.id}
                operator={operator}
                me={me}
                manage={manage}
                onLeave={() => setLeaving(operator)}
              />
            ))}
          </Table>
        )}
      </div>
      {manage && <Invitations invitations={invitations.data ?? []} />}
      {inviting && <Invite mine={me.operator?.role ?? "admin"} onClose={() => setInviting(false)} />}
      <Confirm
        open={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t("deactivate_title", { name: leaving?.name ?? "" })}
        text={t("deactivate_text")}
        action={t("deactivate")}
        onConfirm={() => leaving && void patch(leaving, { active: false })}
      />
    </>
  );
}

function Person({
  operator,
  me,
  manage,
  onLeave,
}: {
  operator: OperatorView;
  me: MeView;
  manage: boolean;
  onLeave: () => void;
}) {
  const self = operator.id === me.operator?.id;
  const mayChange = manage && !self && (operator.role !== "owner" || me.operator?.role === "owner");
  const items: MenuItem[] = [
    { kind: "heading", label: t("role") },
    ...roleOptions(me.operator?.role ?? "admin").map(
      (role): MenuItem => ({
        kind: "item",
        id: role.id,
        label: role.label,
        hint: role.hint,
        checked: operator.role === role.id,
        onSelect: () => void patch(operator, { role: role.id }),
      }),
    ),
    { kind: "line" },
    operator.active
      ? { kind: "item", id: "off", label: t("deactivate"), icon: <UserX size={16} />, danger: true, onSelect: onLeave }
      : {
          kind: "item",
          id: "on",
          label: t("activate"),
          icon: <UserCheck size={16} />,
          onSelect: () => void patch(operator, { active: true }),
        },
  ];
  return (
    <tr class={operator.active ? undefined : "in-inactive"}>
      <td>
        <span class="in-person">
          <Avatar
            id={operator.id}
            name={operator.name}
            src={operator.avatar}
            size={32}
            presence={operator.active ? operator.availability : undefined}
          />
          <span>
            <strong dir="auto">{self ? t("me_named", { name: operator.name }) : operator.name}</strong>
            <span>{operator.email}</span>
          </span>
        </span>
      </td>
      <td>
        <Badge tone={operator.role === "owner" ? "purple" : operator.role === "admin" ? "blue" : "grey"}>
          {t(`role_${operator.role}`)}
        </Badge>
        {!operator.active && <Badge tone="grey">{t("inactive")}</Badge>}
      </td>
      <td class="in-soft">{operator.last_seen_at ? formatAgo(Date.parse(operator.last_seen_at)) : t("never")}</td>
      <td class="in-actions">
        {mayChange && (
          <Menu
            label={t("more")}
            items={items}
            placement="bottom-end"
            trigger={(props) => (
              <IconButton {...props} label={t("actions_for", { name: operator.name })} icon={<Ellipsis size={18} />} />
            )}
          />
        )}
      </td>
    </tr>
  );
}

function Invitations({ invitations }: { invitations: readonly InvitationView[] }) {
  if (invitations.length === 0) return null;
  const revoke = async (id: string) => {
    try {
      await call("DELETE", `/invitations/${id}`);
      toast({ text: t("invitation_revoked"), tone: "good" });
    } catch (error) {
      complain(error);
    }
    void client.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  };
  return (
    <section class="in-block">
      <h3>{t("open_invitations")}</h3>
      <ul class="in-card in-rows-plain">
        {invitations.map((invitation) => (
          <li key={invitation.id}>
            <span class="in-grow">
              <strong>{invitation.email}</strong>
              <span>
                {t(`role_${invitation.role}`)} · {t("expires", { when: formatDate(Date.parse(invitation.expires_at)) })}
              </span>
            </span>
            <IconButton
              label={t("revoke_invitation", { email: invitation.email })}
              icon={<Trash size={18} />}
              onClick={() => void revoke(invitation.id)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
