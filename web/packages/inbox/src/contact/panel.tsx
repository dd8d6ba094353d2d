/** Who one talks to: the person, their browser, their pages, what was said before, what to remember. */
import { plainText } from "@halloo/core/format.ts";
import { Avatar, Bone, Button, Chip, toneOf } from "@halloo/ui";
import { Clock3, Fingerprint, Globe, Languages, Monitor, Plus, Smartphone, Tablet } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { setTags } from "../data/actions.ts";
import { earlierQuery, tagsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { folderOf } from "../data/reduce.ts";
import type { ConversationRow, ConversationView, VisitorView } from "../data/types.ts";
import { formatAgo, formatMoment, language, t } from "../i18n.ts";
import { go } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { PageLink } from "../shell/page-link.tsx";
import { useNow } from "../shell/use.ts";
import { contactName, knownName, localeName, localTime, shortUrl } from "../thread/names.ts";
import { TagPicker } from "../thread/pickers.tsx";
import { ContactFields } from "./fields.tsx";
import { Answers, Feedback } from "./given.tsx";
import { ProofBadge, proofOf, WordMark, wordOf } from "./identity.tsx";
import { InPlace } from "./in-place.tsx";
import { orNull, saveContact } from "./save.ts";

export function ContactPanel({ conversation }: { conversation: ConversationView | undefined }) {
  if (!conversation) return <PanelBones />;
  const { contact, visitor } = conversation;
  return (
    <div class="in-panel-body">
      <div class="in-panel-top">
        <Avatar
          id={contact.id}
          name={knownName(conversation)}
          src={contact.avatar}
          size={56}
          presence={visitor.online ? "online" : undefined}
        />
        <InPlace
          class="in-place-name"
          label={t("name")}
          placeholder={contactName(contact)}
          value={contact.name ?? ""}
          end={<WordMark word={wordOf("name", contact, visitor)} />}
          onSave={(text) => saveContact(contact, { name: orNull(text) })}
        />
        <p class="in-panel-presence">
          {visitor.online ? t("online_now") : t("last_seen", { when: formatAgo(Date.parse(visitor.last_seen_at)) })}
          <ProofBadge proof={proofOf(contact, visitor)} />
        </p>
      </div>
      <ContactFields contact={contact} visitor={visitor} />
      <Feedback feedback={conversation.feedback} />
      <Answers conversation={conversation} />
      <TagSection conversation={conversation} />
      <VisitorSection visitor={visitor} />
      <Pages visitor={visitor} />
      <Earlier conversation={conversation} />
      <Section title={t("contact_notes")}>
        <InPlace
          lines
          class="in-place-notes"
          label={t("contact_notes")}
          placeholder={t("contact_notes_hint")}
          maxLength={10_000}
          value={contact.notes}
          onSave={(text) => saveContact(contact, { notes: text })}
        />
      </Section>
      <DataSection data={contact.data} signed={visitor.signed} />
      <div class="in-panel-end">
        <Button size="small" kind="ghost" onClick={() => go({ page: "contacts", id: contact.id })}>
          {t("open_contact")}
        </Button>
      </div>
    </div>
  );
}

export function Section({
  title,
  action,
  children,
}: {
  title: string;
  action?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="in-section">
      <header>
        <h3>{title}</h3>
        {action}
      </header>
      {children}
    </section>
  );
}

function TagSection({ conversation }: { conversation: ConversationRow }) {
  const known = useQuery(tagsQuery).data ?? [];
  const { tags } = conversation;
  return (
    <Section title={t("tags")}>
      <div class="in-tags">
        {tags.map((tag) => (
          <Chip
            key={tag}
            tone={toneOf(known.find((one) => one.name === tag)?.color)}
            removeLabel={t("remove_named", { name: tag })}
            onRemove={() =>
              void setTags(
                conversation.id,
                tags.filter((one) => one !== tag),
              )
            }
          >
            {tag}
          </Chip>
        ))}
        <TagPicker
          conversation={conversation}
          trigger={(props) => (
            <button type="button" {...props} class="in-add-tag">
              <Plus size={14} />
              {t("add_tag")}
            </button>
          )}
        />
      </div>
    </Section>
  );
}

const DEVICES = { desktop: Monitor, mobile: Smartphone, tablet: Tablet, other: Globe } as const;

function Fact({ icon, label, children }: { icon: ComponentChildren; label: string; children: ComponentChildren }) {
  return (
    <div class="in-fact">
      <dt data-tip={label}>
        {icon}
        <span class="ui-hidden">{label}</span>
      </dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

function VisitorSection({ visitor }: { visitor: VisitorView }) {
  const now = useNow(60_000);
  const speak = language.get();
  const Device = DEVICES[visitor.device];
  const software = [
    [visitor.browser.name, visitor.browser.version.split(".")[0]].filter(Boolean).join(" "),
    [visitor.os.name, visitor.os.version].filter(Boolean).join(" "),
  ].filter(Boolean);
  const time = localTime(visitor, speak, now);
  return (
    <Section title={t("visitor")}>
      <dl class="in-facts">
        {visitor.identified && (
          <Fact icon={<Fingerprint size={16} />} label={t("user_id")}>
            {visitor.user_id}
          </Fact>
        )}
        {software.length > 0 && (
          <Fact icon={<Device size={16} />} label={t("device")}>
            {software.join(" · ")}
          </Fact>
        )}
        {visitor.locale && (
          <Fact icon={<Languages size={16} />} label={t("language")}>
            {localeName(visitor.locale, speak)}
          </Fact>
        )}
        {time && (
          <Fact icon={<Clock3 size={16} />} label={t("local_time")}>
            {t("local_time_value", { time, zone: (visitor.timezone ?? "").replaceAll("_", " ") })}
          </Fact>
        )}
        {visitor.parent_origin && (
          <Fact icon={<Globe size={16} />} label={t("website")}>
            {shortUrl(visitor.parent_origin)}
          </Fact>
        )}
      </dl>
      <dl class="in-seen">
        <div>
          <dt>{t("first_seen")}</dt>
          <dd data-tip={formatMoment(Date.parse(visitor.first_seen_at))}>
            {formatAgo(Date.parse(visitor.first_seen_at), now)}
          </dd>
        </div>
        <div>
          <dt>{t("last_seen_label")}</dt>
          <dd data-tip={formatMoment(Date.parse(visitor.last_seen_at))}>
            {visitor.online ? t("time_now") : formatAgo(Date.parse(visitor.last_seen_at), now)}
          </dd>
        </div>
      </dl>
    </Section>
  );
}

function Pages({ visitor }: { visitor: VisitorView }) {
  const now = useNow(60_000);
  if (visitor.pages.length === 0) return null;
  return (
    <Section title={t("pages")}>
      <ol class="in-pages">
        {visitor.pages.slice(0, 6).map((page, index) => (
          <li key={`${page.at}${page.url}`} class={index === 0 && visitor.online ? "in-now" : undefined}>
            <PageLink url={page.url} title={page.title} />
            <span>{index === 0 && visitor.online ? t("time_now") : formatAgo(Date.parse(page.at), now)}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Earlier({ conversation }: { conversation: ConversationRow }) {
  const query = useQuery(earlierQuery(conversation.contact.id));
  const rows = query.data?.data.filter((row) => row.id !== conversation.id) ?? [];
  const now = Date.now();
  return (
    <Section title={t("earlier_conversations")}>
      {query.isPending ? (
        <Bone width={80} />
      ) : rows.length === 0 ? (
        <p class="in-quiet">{t("no_earlier")}</p>
      ) : (
        <ul class="in-earlier">
          {rows.slice(0, 6).map((row) => (
            <li key={row.id}>
              <Link to={{ page: "inbox", state: folderOf(row, now), whose: "all", id: row.id, at: null }}>
                <span dir="auto">{plainText(row.last_message?.excerpt ?? "") || row.subject || t("conversation")}</span>
                <span class="in-earlier-when">
                  {formatAgo(Date.parse(row.updated_at), now)} · {t(`state_${folderOf(row, now)}`)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Custom data, as the page or a program set it; what the customer's server has signed is marked. */
export function DataSection({
  data,
  signed = [],
}: {
  data: Readonly<Record<string, string | number | boolean>>;
  signed?: readonly string[];
}) {
  const entries = Object.entries(data);
  if (entries.length === 0) return null;
  return (
    <Section title={t("custom_data")}>
      <dl class="in-data">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt dir="auto">{key}</dt>
            <dd dir="auto">
              {String(value)}
              {signed.includes(`data.${key}`) && <WordMark word="signed" />}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function PanelBones() {
  return (
    <div class="in-panel-body" aria-hidden="true">
      <div class="in-panel-top">
        <Bone height={56} round />
        <Bone width={50} height={16} />
        <Bone width={35} />
      </div>
      <Bone width={80} />
      <Bone width={65} />
      <Bone width={72} />
    </div>
  );
}
