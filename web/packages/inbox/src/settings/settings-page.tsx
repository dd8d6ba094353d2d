/** Settings of oneself and of the workspace. */
import { cx } from "@halloo/ui";
import { Activity, BookOpen, KeyRound, ScrollText, Tags, UserRound, Users, Zap } from "lucide-preact";
import type { ComponentType } from "preact";
import { useMe } from "../data/queries.ts";
import type { MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import type { SettingsSection } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { Missing } from "../shell/missing.tsx";
import { useShownSection } from "../shell/use.ts";
import { Status } from "../status/status.tsx";
import { Audit } from "./audit.tsx";
import { People } from "./people.tsx";
import { Profile } from "./profile.tsx";
import { Replies } from "./replies.tsx";
import { TagSettings } from "./tags.tsx";
import { Tokens } from "./tokens.tsx";

interface Place {
  readonly id: SettingsSection;
  readonly icon: ComponentType<{ size: number }>;
  /** The scope that opens it; none is needed for oneself. */
  readonly scope: string | null;
  readonly part: ComponentType<{ me: MeView }>;
}

const PLACES: readonly Place[] = [
  { id: "profile", icon: UserRound, scope: null, part: Profile },
  { id: "people", icon: Users, scope: "operators:read", part: People },
  { id: "replies", icon: Zap, scope: "conversations:write", part: Replies },
  { id: "tags", icon: Tags, scope: "conversations:write", part: TagSettings },
  { id: "tokens", icon: KeyRound, scope: "tokens:manage", part: Tokens },
  { id: "audit", icon: ScrollText, scope: "audit:read", part: Audit },
  { id: "status", icon: Activity, scope: "status:read", part: Status },
] as const;

export function SettingsPage({ section }: { section: SettingsSection }) {
  const me = useMe();
  const nav = useShownSection(section);
  if (!me) return null;
  const able = PLACES.filter((place) => place.scope === null || me.scopes.includes(place.scope));
  const here = able.find((place) => place.id === section);
  const Part = here?.part ?? Missing;
  return (
    <div class="in-settings">
      <nav class="in-settings-nav" aria-label={t("settings")}>
        <h1>{t("settings")}</h1>
        <ul ref={nav}>
          {able.map(({ id, icon: Icon }) => (
            <li key={id}>
              <Link
                to={{ page: "settings", section: id }}
                class={cx("in-nav-link", id === section && "in-on")}
                aria-current={id === section ? "page" : undefined}
              >
                <Icon size={18} />
                {t(`settings_${id}`)}
              </Link>
            </li>
          ))}
          <li class="in-nav-line">
            <a href="/docs" target="_blank" rel="noopener" class="in-nav-link">
              <BookOpen size={18} />
              {t("api_docs")}
            </a>
          </li>
        </ul>
      </nav>
      <div class="in-settings-scroll">
        <div class="in-settings-body">
          <Part me={me} />
        </div>
      </div>
    </div>
  );
}
