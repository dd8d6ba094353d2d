/** Settings of oneself and of the workspace. */
import { Bone, cx } from "@halloo/ui";
import {
  Activity,
  Ban,
  BookOpen,
  FileX,
  KeyRound,
  ScrollText,
  Tags,
  UserRound,
  Users,
  Webhook,
  Zap,
} from "lucide-preact";
import type { ComponentType } from "preact";
import { useMe } from "../data/queries.ts";
import type { MeView } from "../data/types.ts";
import { useTroubledHooks } from "../hooks/trouble.ts";
import { t } from "../i18n.ts";
import type { HooksRoute, Route, SettingsSection } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { Missing } from "../shell/missing.tsx";
import { later, useShownSection } from "../shell/use.ts";
import { Status } from "../status/status.tsx";
import { Audit } from "./audit.tsx";
import { Blocked } from "./blocked.tsx";
import { DeletedData } from "./deleted-data.tsx";
import { People } from "./people.tsx";
import { Profile } from "./profile.tsx";
import { Replies } from "./replies.tsx";
import { TagSettings } from "./tags.tsx";
import { Tokens } from "./tokens.tsx";

interface Place {
  readonly id: SettingsSection | "hooks";
  readonly icon: ComponentType<{ size: number }>;
  /** The scope that opens it; none is needed for oneself. */
  readonly scope: string | null;
  readonly part: ComponentType<{ me: MeView }> | null;
}

const PLACES: readonly Place[] = [
  { id: "profile", icon: UserRound, scope: null, part: Profile },
  { id: "people", icon: Users, scope: "operators:read", part: People },
  { id: "replies", icon: Zap, scope: "conversations:write", part: Replies },
  { id: "tags", icon: Tags, scope: "conversations:write", part: TagSettings },
];

/** What most people never open; web hooks have pages of their own. */
const ADVANCED: readonly Place[] = [
  { id: "hooks", icon: Webhook, scope: "hooks:read", part: null },
  { id: "blocked", icon: Ban, scope: "contacts:read", part: Blocked },
  { id: "data", icon: FileX, scope: "contacts:delete", part: DeletedData },
  { id: "tokens", icon: KeyRound, scope: "tokens:manage", part: Tokens },
  { id: "audit", icon: ScrollText, scope: "audit:read", part: Audit },
  { id: "status", icon: Activity, scope: "status:read", part: Status },
];

function HookBones() {
  return (
    <div class="in-settings-body in-settings-wide" aria-hidden="true">
      <Bone width={30} height={20} />
      <Bone height={220} />
    </div>
  );
}

const Hooks = later(() => import("../hooks/hooks-page.tsx").then((part) => part.HooksPage), HookBones);

interface SettingsProps {
  readonly section: Place["id"];
  readonly hooks?: HooksRoute;
}

export function SettingsPage({ section, hooks }: SettingsProps) {
  const me = useMe();
  const nav = useShownSection(section);
  const troubled = useTroubledHooks();
  if (!me) return null;
  const able = (places: readonly Place[]) =>
    places.filter((place) => place.scope === null || me.scopes.includes(place.scope));
  const advanced = able(ADVANCED);
  const here = [...able(PLACES), ...advanced].find((place) => place.id === section);
  const Part = here?.part ?? Missing;
  const entry = ({ id, icon: Icon }: Place) => (
    <li key={id}>
      <Link
        to={addressee(id)}
        class={cx("in-nav-link", id === section && "in-on")}
        aria-current={id === section ? "page" : undefined}
      >
        <Icon size={18} />
        <span class="in-grow">{t(`settings_${id}`)}</span>
        {id === "hooks" && troubled.length > 0 && (
          <span class="in-nav-dot in-nav-bad" role="img" aria-label={t("needs_attention")} />
        )}
      </Link>
    </li>
  );
  return (
    <div class="in-settings">
      <nav class="in-settings-nav" aria-label={t("settings")}>
        <h1>{t("settings")}</h1>
        <ul ref={nav}>
          {able(PLACES).map(entry)}
          {advanced.length > 0 && <li class="in-nav-heading">{t("settings_advanced")}</li>}
          {advanced.map(entry)}
          <li class="in-nav-line">
            <a href="/docs" target="_blank" rel="noopener" class="in-nav-link">
              <BookOpen size={18} />
              {t("api_docs")}
            </a>
          </li>
        </ul>
      </nav>
      <div class="in-settings-scroll">
        {here?.id === "hooks" && hooks ? (
          <Hooks route={hooks} />
        ) : (
          <div class="in-settings-body">
            <Part me={me} />
          </div>
        )}
      </div>
    </div>
  );
}

const addressee = (id: Place["id"]): Route =>
  id === "hooks" ? { page: "hooks", at: "list" } : { page: "settings", section: id };
