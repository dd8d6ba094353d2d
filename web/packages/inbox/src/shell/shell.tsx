/** The frame of the inbox: rail, page, and what lies over it. */
import { Bone, cx } from "@halloo/ui";
import { keepPage } from "@halloo/ui/attach/given.ts";
import {
  AtSign,
  BookOpen,
  Contact,
  Inbox,
  Keyboard,
  LogOut,
  MessageSquareMore,
  OctagonAlert,
  Search,
  Settings,
  Smile,
  Tags,
  UserRoundPlus,
  UsersRound,
  Volume2,
  Webhook,
  Zap,
} from "lucide-preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { CspNotice } from "../csp/notice.tsx";
import { operatorsQuery, useCan } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import type { MeView } from "../data/types.ts";
import { HookNotice } from "../hooks/notice.tsx";
import { t } from "../i18n.ts";
import { type Command, listenForKeys, useCommands } from "../keys/commands.ts";
import { InboxPage } from "../list/inbox-page.tsx";
import { ListBones } from "../list/list.tsx";
import { goLive, line, recheck } from "../live/live.ts";
import { openOutbox } from "../live/outbox.ts";
import { setSound } from "../live/sound.ts";
import { showUnread } from "../live/title.ts";
import { openUploads } from "../live/uploads.ts";
import { go, type Route, useRoute } from "../router.ts";
import { USUAL } from "../satisfaction/range.ts";
import { SearchPage } from "../search/search-page.tsx";
import { KeysSheet } from "./keys-sheet.tsx";
import { LineState } from "./line-state.tsx";
import { Missing } from "./missing.tsx";
import { overlays } from "./overlays.ts";
import { INBOX, patchMe, Rail, useMyUnread } from "./rail.tsx";
import { signOut } from "./sign-out.ts";
import { later } from "./use.ts";

const Contacts = later(() => import("../contact/contacts-page.tsx").then((part) => part.ContactsPage), PageBones);
const Visitors = later(() => import("../visitors/visitors-page.tsx").then((part) => part.VisitorsPage), PageBones);
const Widgets = later(() => import("../widgets/widgets-page.tsx").then((part) => part.WidgetsPage), PageBones);
const Satisfaction = later(
  () => import("../satisfaction/satisfaction-page.tsx").then((part) => part.SatisfactionPage),
  PageBones,
);
const SettingsPages = later(() => import("../settings/settings-page.tsx").then((part) => part.SettingsPage), PageBones);
const Palette = later(
  () => import("../palette/palette.tsx").then((part) => part.Palette),
  () => null,
);

/** The shape of the inbox while it loads. */
export function ShellBones() {
  return (
    <div class="in-app" aria-busy="true">
      <div class="in-rail" />
      <main class="in-stage">
        <div class="in-zones">
          <ListBones />
          <div class="in-thread" />
        </div>
      </main>
      <span class="ui-hidden" role="status">
        {t("loading")}
      </span>
    </div>
  );
}

function PageBones() {
  return (
    <div class="in-page-bones" aria-hidden="true">
      <Bone width={30} height={20} />
      <Bone width={70} />
      <Bone width={55} />
      <Bone width={62} />
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "inbox":
      return <InboxPage route={route} />;
    case "search":
      return <SearchPage q={route.q} />;
    case "visitors":
      return <Visitors id={route.id} />;
    case "contacts":
      return <Contacts id={route.id} />;
    case "satisfaction":
      return <Satisfaction filter={route.filter} />;
    case "widgets":
      return <Widgets id={route.id} section={route.section} />;
    case "settings":
      return <SettingsPages section={route.section} />;
    case "hooks":
      return <SettingsPages section="hooks" hooks={route} />;
    case "join":
    case "missing":
      return <Missing />;
    default:
      return route satisfies never;
  }
}

/** What can be done from everywhere. */
function useGlobalCommands(me: MeView): void {
  const team = useCan("operators:manage");
  const widgets = useCan("web_widgets:manage");
  const satisfaction = useCan("conversations:read");
  const visitors = useCan("visitors:read");
  const hooks = useCan("hooks:read");
  const to = (route: Route) => () => go(route);
  const folder = (state: "open" | "snoozed" | "resolved" | "spam", whose: "mine" | "unassigned" | "all"): Route =>
    ({ ...INBOX, state, whose }) as Route;
  const list: Command[] = [
    {
      id: "palette",
      section: "self",
      label: t("command_palette"),
      keys: "Mod+k",
      always: true,
      hidden: true,
      run: () => overlays.set((now) => (now === "palette" ? null : "palette")),
    },
    {
      id: "keys",
      section: "self",
      label: t("keyboard_shortcuts"),
      keys: "?",
      icon: <Keyboard size={16} />,
      run: () => overlays.set("keys"),
    },
    {
      id: "search",
      section: "go",
      label: t("search_everything"),
      keys: "/",
      icon: <Search size={16} />,
      run: to({ page: "search", q: "" }),
    },
    { id: "go-inbox", section: "go", label: t("go_all"), keys: "g i", icon: <Inbox size={16} />, run: to(INBOX) },
    {
      id: "go-mine",
      section: "go",
      label: t("go_mine"),
      keys: "g m",
      icon: <Inbox size={16} />,
      run: to(folder("open", "mine")),
    },
    {
      id: "go-unassigned",
      section: "go",
      label: t("go_unassigned"),
      keys: "g u",
      icon: <Inbox size={16} />,
      run: to(folder("open", "unassigned")),
    },
    {
      id: "go-snoozed",
      section: "go",
      label: t("go_snoozed"),
      keys: "g s",
      icon: <Inbox size={16} />,
      run: to(folder("snoozed", "all")),
    },
    {
      id: "go-resolved",
      section: "go",
      label: t("go_resolved"),
      keys: "g r",
      icon: <Inbox size={16} />,
      run: to(folder("resolved", "all")),
    },
    {
      id: "go-spam",
      section: "go",
      label: t("state_spam"),
      icon: <OctagonAlert size={16} />,
      run: to(folder("spam", "all")),
    },
    {
      id: "go-contacts",
      section: "go",
      label: t("contacts"),
      keys: "g c",
      icon: <Contact size={16} />,
      run: to({ page: "contacts", id: null }),
    },
    {
      id: "go-settings",
      section: "go",
      label: t("settings"),
      keys: "g ,",
      icon: <Settings size={16} />,
      run: to({ page: "settings", section: "profile" }),
    },
    {
      id: "go-replies",
      section: "go",
      label: t("canned_replies"),
      icon: <Zap size={16} />,
      run: to({ page: "settings", section: "replies" }),
    },
    {
      id: "go-tags",
      section: "go",
      label: t("tags"),
      icon: <Tags size={16} />,
      run: to({ page: "settings", section: "tags" }),
    },
    {
      id: "go-profile",
      section: "go",
      label: t("your_profile"),
      icon: <AtSign size={16} />,
      run: to({ page: "settings", section: "profile" }),
    },
    {
      id: "sound",
      section: "self",
      label: t(me.sound ? "sound_off" : "sound_on"),
      icon: <Volume2 size={16} />,
      run: () => {
        setSound(!me.sound);
        void patchMe({ sound: !me.sound });
      },
    },
    {
      id: "docs",
      section: "self",
      label: t("api_docs"),
      icon: <BookOpen size={16} />,
      run: () => void window.open("/docs", "_blank", "noopener"),
    },
    { id: "out", section: "self", label: t("sign_out"), icon: <LogOut size={16} />, run: () => void signOut(false) },
  ];
  if (visitors)
    list.push({
      id: "go-visitors",
      section: "go",
      label: t("visitors"),
      keys: "g v",
      icon: <UsersRound size={16} />,
      run: to({ page: "visitors", id: null }),
    });
  if (satisfaction)
    list.push({
      id: "go-satisfaction",
      section: "go",
      label: t("satisfaction"),
      keys: "g f",
      words: "csat feedback",
      icon: <Smile size={16} />,
      run: to({ page: "satisfaction", filter: USUAL }),
    });
  if (widgets)
    list.push({
      id: "go-widgets",
      section: "go",
      label: t("widgets"),
      keys: "g w",
      icon: <MessageSquareMore size={16} />,
      run: to({ page: "widgets", id: null, section: "look" }),
    });
  if (hooks)
    list.push({
      id: "go-hooks",
      section: "go",
      label: t("settings_hooks"),
      words: "webhooks api",
      icon: <Webhook size={16} />,
      run: to({ page: "hooks", at: "list" }),
    });
  if (team)
    list.push({
      id: "invite",
      section: "create",
      label: t("invite_colleague"),
      icon: <UserRoundPlus size={16} />,
      run: to({ page: "settings", section: "people" }),
    });
  useCommands(list);
}

const PLACE = {
  inbox: "inbox",
  search: "search",
  visitors: "visitors",
  contacts: "contacts",
  satisfaction: "satisfaction",
  widgets: "widgets",
  settings: "settings",
  hooks: "settings_hooks",
} as const;

export function Shell({ me }: { me: MeView }) {
  const route = useRoute();
  const overlay = useStore(overlays);
  const unread = useMyUnread();
  const status = useStore(line);
  useQuery(operatorsQuery);
  useGlobalCommands(me);
  useEffect(() => openOutbox(me), [me]);
  useEffect(() => openUploads(me), [me]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one line an operator; a changed name or theme is no reason for a new one
  useEffect(() => goLive(me), [me.operator?.id, me.workspace.id]);
  useLayoutEffect(listenForKeys, []);
  useEffect(keepPage, []);
  const place = route.page === "join" || route.page === "missing" ? "" : t(PLACE[route.page]);
  useEffect(() => showUnread(unread, place), [unread, place]);
  useEffect(() => {
    addEventListener("focus", recheck);
    return () => removeEventListener("focus", recheck);
  }, []);
  const inThread = (route.page === "inbox" || route.page === "visitors") && route.id !== null;
  return (
    <div class={cx("in-app", inThread && "in-app-deep")}>
      <a class="in-skip" href="#in-main">
        {t("skip")}
      </a>
      <Rail me={me} />
      <main class="in-stage" id="in-main" tabIndex={-1}>
        <LineState status={status} />
        <HookNotice />
        <CspNotice />
        <div class="in-zones">
          <Page route={route} />
        </div>
      </main>
      {overlay === "palette" && <Palette me={me} />}
      {overlay === "keys" && <KeysSheet />}
    </div>
  );
}
