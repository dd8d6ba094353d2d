/** Who may come in: the sign-in screen, the door of an invitation, or the inbox. */
import { Toaster, Tooltips } from "@halloo/ui";
import { useEffect } from "preact/hooks";
import { Refusal, signedOut } from "./data/api.ts";
import { meQuery } from "./data/queries.ts";
import { client, useQuery } from "./data/query.ts";
import { useStore } from "./data/store.ts";
import { speakLanguage, t, useLanguage } from "./i18n.ts";
import { storage } from "./live/browser.ts";
import { setSound } from "./live/sound.ts";
import { useRoute } from "./router.ts";
import { Shell, ShellBones } from "./shell/shell.tsx";
import { applyTheme } from "./shell/theme.ts";
import { Join } from "./sign/join.tsx";
import { SignIn } from "./sign/sign-in.tsx";
import { Unreachable } from "./sign/unreachable.tsx";
import { openDrafts } from "./thread/drafts.ts";

export function App() {
  useLanguage();
  return (
    <>
      <Door />
      <Tooltips />
      <Toaster closeLabel={t("close")} />
    </>
  );
}

function Door() {
  const route = useRoute();
  const lost = useStore(signedOut);
  const joining = route.page === "join" && route.token !== "";
  const me = useQuery({ ...meQuery, enabled: !joining && !lost });
  const { data, error } = me;
  useEffect(() => {
    if (!data) return;
    applyTheme(data.theme);
    setSound(data.sound);
    storage.set("halloo.locale", data.locale);
    void speakLanguage(data.locale);
  }, [data]);
  if (joining) return <Join token={route.token} />;
  if (lost || (error instanceof Refusal && error.status === 401)) {
    return (
      <SignIn
        onSignedIn={(fresh) => {
          // Someone else may have signed in: nothing of before is shown.
          if (data && data.operator?.id !== fresh.operator?.id) client.clear();
          client.setQueryData(meQuery.queryKey, fresh);
          signedOut.set(false);
          void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" });
        }}
      />
    );
  }
  if (data) {
    openDrafts(data.operator?.id ?? data.workspace.id);
    return <Shell key={data.operator?.id} me={data} />;
  }
  if (error) return <Unreachable error={error} onAgain={() => void me.refetch()} />;
  return <ShellBones />;
}
