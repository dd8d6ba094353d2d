import { Avatar, Count, cx, Menu, type MenuItem } from "@halloo/ui";
import {
  BookOpen,
  Contact,
  Inbox,
  Keyboard,
  LogOut,
  MessageSquareMore,
  Moon,
  Search,
  Settings,
  Smile,
  Sun,
  SunMoon,
  UserRound,
  UsersRound,
} from "lucide-preact";
import type { ComponentChildren } from "preact";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { meQuery, useCan, useCounts } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import type { MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { go, type Route, useRoute } from "../router.ts";
import { USUAL } from "../satisfaction/range.ts";
import { Link } from "./link.tsx";
import { Logo } from "./logo.tsx";
import { overlays } from "./overlays.ts";
import { signOut } from "./sign-out.ts";
import { applyTheme, type Theme } from "./theme.ts";
import { VisitorCount } from "./visitor-count.tsx";

/** Sets a field of one's own profile: at once here, then on the server. */
export async function patchMe(
  patch: Partial<Pick<MeView, "theme" | "sound" | "locale">> & { name?: string },
): Promise<boolean> {
  const before = client.getQueryData<MeView>(keys.me);
  client.setQueryData<MeView>(keys.me, (me) => {
    if (!me) return me;
    const { name, ...rest } = patch;
    return { ...me, ...rest, operator: me.operator && name !== undefined ? { ...me.operator, name } : me.operator };
  });
  try {
    client.setQueryData<MeView>(keys.me, await call<MeView>("PATCH", "/me", patch));
    return true;
  } catch (error) {
    client.setQueryData(keys.me, before);
    complain(error);
    return false;
  }
}

async function setAvailability(me: MeView, state: "online" | "away"): Promise<void> {
  if (!me.operator) return;
  client.setQueryData<MeView>(keys.me, { ...me, operator: { ...me.operator, availability: state } });
  await call("PUT", "/me/availability", { state }).catch((error: unknown) => {
    client.setQueryData(keys.me, me);
    complain(error);
  });
}

/** What of the unread is the operator's own business. */
export function useMyUnread(): number {
  const counts = useCounts();
  return counts ? counts.open.mine.unread + counts.open.unassigned.unread : 0;
}

export const INBOX: Route = { page: "inbox", state: "open", whose: "all", id: null, at: null };

function RailLink({
  to,
  on,
  label,
  keys: pressed,
  children,
}: {
  to: Route;
  on: boolean;
  label: string;
  keys?: string;
  children: ComponentChildren;
}) {
  return (
    <Link
      to={to}
      class={cx("in-rail-link", on && "in-on")}
      aria-current={on ? "page" : undefined}
      data-tip={label}
      data-tip-side="end"
      {...(pressed ? { "data-keys": pressed } : {})}
    >
      <span class="ui-hidden">{label}</span>
      {children}
    </Link>
  );
}

/** The slim rail: where one can go, and oneself. */
export function Rail({ me }: { me: MeView }) {
  const { page } = useRoute();
  const unread = useMyUnread();
  const satisfaction = useCan("conversations:read");
  const visitors = useCan("visitors:read");
  const widgets = useCan("web_widgets:read") || me.scopes.includes("web_widgets:manage");
  return (
    <nav class="in-rail" aria-label={t("main_navigation")}>
      <span class="in-rail-logo">
        <Logo size={26} />
      </span>
      <RailLink to={INBOX} on={page === "inbox"} label={t("inbox")}>
        <Inbox />
        <Count value={unread} label={t("unread_count", { count: unread })} />
      </RailLink>
      {visitors && (
        <RailLink to={{ page: "visitors", id: null }} on={page === "visitors"} label={t("visitors")} keys="G V">
          <UsersRound />
          <VisitorCount />
        </RailLink>
      )}
      <RailLink to={{ page: "search", q: "" }} on={page === "search"} label={t("search")} keys="/">
        <Search />
      </RailLink>
      <RailLink to={{ page: "contacts", id: null }} on={page === "contacts"} label={t("contacts")}>
        <Contact />
      </RailLink>
      {satisfaction && (
        <RailLink
          to={{ page: "satisfaction", filter: USUAL }}
          on={page === "satisfaction"}
          label={t("satisfaction")}
          keys="G F"
        >
          <Smile />
        </RailLink>
      )}
      {widgets && (
        <RailLink to={{ page: "widgets", id: null, section: "look" }} on={page === "widgets"} label={t("widgets")}>
          <MessageSquareMore />
        </RailLink>
      )}
      <span class="in-rail-gap" />
      <RailLink
        to={{ page: "settings", section: "profile" }}
        on={page === "settings" || page === "hooks"}
        label={t("settings")}
      >
        <Settings />
      </RailLink>
      <Self me={me} />
    </nav>
  );
}

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

/** One's own face with what concerns oneself. */
function Self({ me }: { me: MeView }) {
  useQuery({ ...meQuery, enabled: false });
  const operator = me.operator;
  const name = operator?.name ?? me.workspace.name;
  const state = operator?.availability ?? "online";
  const items: MenuItem[] = [
    { kind: "heading", label: t("availability") },
    {
      kind: "item",
      id: "online",
      label: t("online"),
      hint: t("online_hint"),
      checked: state === "online",
      icon: <span class="in-dot in-dot-online" />,
      onSelect: () => void setAvailability(me, "online"),
    },
    {
      kind: "item",
      id: "away",
      label: t("away"),
      hint: t("away_hint"),
      checked: state === "away",
      icon: <span class="in-dot in-dot-away" />,
      onSelect: () => void setAvailability(me, "away"),
    },
    { kind: "line" },
    {
      kind: "item",
      id: "profile",
      label: t("your_profile"),
      icon: <UserRound size={16} />,
      onSelect: () => go({ page: "settings", section: "profile" }),
    },
    {
      kind: "item",
      id: "theme",
      label: t(`theme_${me.theme}`),
      icon: me.theme === "dark" ? <Moon size={16} /> : me.theme === "light" ? <Sun size={16} /> : <SunMoon size={16} />,
      onSelect: () => {
        const theme = NEXT_THEME[me.theme];
        applyTheme(theme);
        void patchMe({ theme });
      },
    },
    {
      kind: "item",
      id: "keys",
      label: t("keyboard_shortcuts"),
      keys: "?",
      icon: <Keyboard size={16} />,
      onSelect: () => overlays.set("keys"),
    },
    {
      kind: "item",
      id: "docs",
      label: t("api_docs"),
      icon: <BookOpen size={16} />,
      onSelect: () => void window.open("/docs", "_blank", "noopener"),
    },
    { kind: "line" },
    { kind: "item", id: "out", label: t("sign_out"), icon: <LogOut size={16} />, onSelect: () => void signOut(false) },
  ];
  return (
    <Menu
      label={t("you")}
      items={items}
      placement="end"
      header={
        <div class="in-self">
          <Avatar id={operator?.id ?? me.workspace.id} name={name} src={operator?.avatar} size={36} />
          <div>
            <strong>{name}</strong>
            <span>{operator?.email ?? me.workspace.name}</span>
          </div>
        </div>
      }
      trigger={(props) => (
        <button type="button" {...props} class="in-rail-link in-rail-self" data-tip={name} data-tip-side="end">
          <span class="ui-hidden">{t("you_named", { name })}</span>
          <Avatar id={operator?.id ?? me.workspace.id} name={name} src={operator?.avatar} size={28} presence={state} />
        </button>
      )}
    />
  );
}
