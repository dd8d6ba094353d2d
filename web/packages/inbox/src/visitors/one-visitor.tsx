/** One live visitor beside the table: where they are and came from, what they type, and the first word to them. */
import { plainText } from "@halloo/core/format.ts";
import { uuid } from "@halloo/core/uuid.ts";
import { Avatar, Badge, Bone, Button, Empty, IconButton, TextArea } from "@halloo/ui";
import {
  ArrowLeft,
  Clock3,
  Globe,
  MapPin,
  MessageCircle,
  Monitor,
  Send,
  Signpost,
  Smartphone,
  Tablet,
  Timer,
  X,
} from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Section } from "../contact/panel.tsx";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { earlierOfVisitorQuery, useCan } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { folderOf, type Placed } from "../data/reduce.ts";
import type { ConversationRow, ConversationView, LiveVisitor } from "../data/types.ts";
import { countryName, formatAgo, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";

import { go, goBack, type Route } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { PageLink } from "../shell/page-link.tsx";
import { useNarrow } from "../shell/use.ts";
import { shortUrl } from "../thread/names.ts";
import { flagOf } from "./model.ts";
import { nameOf, Since, sourceName } from "./words.tsx";

const DEVICES = { desktop: Monitor, mobile: Smartphone, tablet: Tablet, other: Globe } as const;

interface OneProps {
  id: string;
  visitor: LiveVisitor | undefined;
  ready: boolean;
}

export function OneVisitor({ id, visitor, ready }: OneProps) {
  const last = useRef(visitor);
  if (visitor) last.current = visitor;
  const shown = visitor ?? last.current;
  const narrow = useNarrow();
  const leave = () => go({ page: "visitors", id: null });
  useCommands([{ id: "leave", section: "list", label: t("close"), keys: "Escape", hidden: true, run: leave }]);
  return (
    <aside class="in-one in-one-visitor" aria-label={t("visitors_details")}>
      <h2 class="ui-hidden">{t("visitors_details")}</h2>
      <header class="in-one-head">
        {narrow && (
          <IconButton
            label={t("back")}
            icon={<ArrowLeft size={20} class="ui-mirror" />}
            onClick={() => goBack({ page: "visitors", id: null })}
          />
        )}
        <span class="in-one-gap" />
        {!narrow && <IconButton label={t("close")} keys="Esc" icon={<X size={18} />} onClick={leave} />}
      </header>
      {shown ? (
        <Person id={id} visitor={shown} gone={!visitor && ready} />
      ) : ready ? (
        <Empty drawing="people" title={t("visitors_gone")} text={t("visitors_gone_text")} />
      ) : (
        <div class="in-panel-body" aria-hidden="true">
          <Bone height={56} round />
          <Bone width={60} />
          <Bone width={80} />
        </div>
      )}
    </aside>
  );
}

function Person({ id, visitor, gone }: { id: string; visitor: LiveVisitor; gone: boolean }) {
  const { page, typing, contact_id } = visitor;
  return (
    <div class="in-panel-body">
      <div class="in-panel-top">
        <Avatar
          id={contact_id ?? id}
          name={visitor.name ?? ""}
          src={visitor.avatar}
          size={56}
          presence={gone ? undefined : visitor.state}
        />
        <strong class="in-visitor-big">
          <bdi>{nameOf(visitor)}</bdi>
        </strong>
        <p class="in-panel-presence">
          {gone ? (
            <Badge>{t("visitors_left")}</Badge>
          ) : (
            <Badge tone={visitor.state === "online" ? "good" : "grey"}>{t(visitor.state)}</Badge>
          )}
        </p>
      </div>
      {typing && !gone && (
        <div class="in-visitor-typing" aria-live="polite">
          <span class="in-typing-word">{t("typing")}</span>
          {typing.excerpt && <p dir="auto">{typing.excerpt}</p>}
        </div>
      )}
      <Speak visitor={visitor} gone={gone} />
      <Section title={t("visitors_now")}>
        {page ? (
          <div class="in-visitor-now">
            <PageLink url={page.url} title={page.title} />
            <span dir="ltr">{shortUrl(page.url)}</span>
          </div>
        ) : (
          <p class="in-quiet">{t("visitors_no_page_text")}</p>
        )}
        <Facts visitor={visitor} gone={gone} />
      </Section>
      {contact_id && (
        <div class="in-panel-end">
          <Button size="small" kind="ghost" onClick={() => go({ page: "contacts", id: contact_id })}>
            {t("open_contact")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Fact({ icon, label, children }: { icon: ComponentChildren; label: string; children: ComponentChildren }) {
  return (
    <div class="in-visitor-fact">
      {icon}
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ visitor, gone }: { visitor: LiveVisitor; gone: boolean }) {
  const { page, country, city, device, source } = visitor;
  const Device = DEVICES[device.kind];
  const software = [device.browser, device.os].filter(Boolean).join(" · ");
  return (
    <dl class="in-visitor-facts">
      {page && (
        <Fact icon={<Timer size={16} />} label={t("visitors_time")}>
          <Since at={page.at} still={gone} />
        </Fact>
      )}
      <Fact icon={<Clock3 size={16} />} label={t("visitors_on_site")}>
        <Since at={visitor.since} still={gone} />
      </Fact>
      {source && (
        <Fact icon={<Signpost size={16} />} label={t("visitors_source")}>
          <bdi>{sourceName(source)}</bdi>
        </Fact>
      )}
      {country && (
        <Fact icon={<MapPin size={16} />} label={t("visitors_country")}>
          <span class="in-flag" aria-hidden="true">
            {flagOf(country)}
          </span>
          <bdi>{city ? `${city}, ${countryName(country)}` : countryName(country)}</bdi>
        </Fact>
      )}
      {software && (
        <Fact icon={<Device size={16} />} label={t("device")}>
          {software}
        </Fact>
      )}
    </dl>
  );
}

const to = (row: Pick<ConversationRow, "id"> & Placed): Route => ({
  page: "inbox",
  state: folderOf(row, Date.now()),
  whose: "all",
  id: row.id,
  at: null,
});

/** The open conversation to go to, or the first word of a new one; and what was said before. */
function Speak({ visitor, gone }: { visitor: LiveVisitor; gone: boolean }) {
  const may = useCan("conversations:write");
  const query = useQuery(earlierOfVisitorQuery(visitor.visitor_id));
  const rows = query.data?.data ?? [];
  const open = rows.find(({ state }) => state !== "resolved");
  const openId = open?.id ?? visitor.conversation_id;
  if (query.isPending) return <Bone width={100} height={36} />;
  return (
    <>
      {openId ? (
        <Button
          kind="primary"
          icon={<MessageCircle size={16} />}
          onClick={() => go(open ? to(open) : { page: "inbox", state: "open", whose: "all", id: openId, at: null })}
        >
          {t("visitors_open_conversation")}
        </Button>
      ) : (
        may && <FirstWord visitor={visitor} gone={gone} />
      )}
      {rows.length > 0 && (
        <Section title={t("earlier_conversations")}>
          <ul class="in-earlier">
            {rows.map((row) => (
              <li key={row.id}>
                <Link to={to(row)}>
                  <span dir="auto">
                    {plainText(row.last_message?.excerpt ?? "") || row.subject || t("conversation")}
                  </span>
                  <span class="in-earlier-when">
                    {formatAgo(Date.parse(row.updated_at))} · {t(`state_${folderOf(row, Date.now())}`)}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** The message that begins a conversation. Sent again after a lost answer it is the same conversation. */
function FirstWord({ visitor, gone }: { visitor: LiveVisitor; gone: boolean }) {
  const [writing, setWriting] = useState(false);
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const clientId = useRef(uuid());
  useCommands([
    {
      id: "start-conversation",
      section: "conversation",
      label: t("visitors_start"),
      keys: "r",
      icon: <MessageCircle size={16} />,
      run: () => setWriting(true),
    },
  ]);
  if (!writing) {
    return (
      <Button kind="primary" icon={<MessageCircle size={16} />} onClick={() => setWriting(true)}>
        {t("visitors_start")}
      </Button>
    );
  }
  const send = async (event: Event) => {
    event.preventDefault();
    const content = text.trim();
    if (content === "" || busy) return;
    setBusy(true);
    try {
      const made = await call<ConversationView>("POST", "/conversations", {
        widget_id: visitor.widget_id,
        visitor_id: visitor.visitor_id,
        message: { client_id: clientId.current, type: "text", content },
      });
      void client.invalidateQueries({ queryKey: ["earlier"] });
      go(to(made));
    } catch (error) {
      complain(error);
      setBusy(false);
    }
  };
  return (
    <form class="in-first-word" onSubmit={send}>
      <TextArea
        label={t("visitors_first_word")}
        rows={[3, 8]}
        maxLength={10_000}
        autofocus
        placeholder={t("visitors_first_word_hint")}
        value={text}
        onValue={setText}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            setWriting(false);
          } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) void send(event);
        }}
      />
      {gone && <p class="in-quiet">{t("visitors_left_text")}</p>}
      <div class="in-first-word-end">
        <Button kind="ghost" onClick={() => setWriting(false)}>
          {t("cancel")}
        </Button>
        <Button
          kind="primary"
          type="submit"
          busy={busy}
          disabled={text.trim() === ""}
          icon={<Send size={16} class="ui-mirror" />}
        >
          {t("send")}
        </Button>
      </div>
    </form>
  );
}
