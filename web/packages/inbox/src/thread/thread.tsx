/** One conversation: header, what was said, composer. */
import { Bone, Button, Empty } from "@halloo/ui";
import { useEffect } from "preact/hooks";
import { Refusal } from "../data/api.ts";
import { findRow } from "../data/facts.ts";
import { keys } from "../data/keys.ts";
import { conversationQuery, loadAround, talkQuery, useMe } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import type { ConversationRow, Talk } from "../data/types.ts";
import { t } from "../i18n.ts";
import { go, type Route } from "../router.ts";
import { Composer } from "./composer.tsx";
import { ThreadHead } from "./head.tsx";
import { Messages } from "./messages.tsx";

type InboxRoute = Extract<Route, { page: "inbox" }>;

export function ThreadZone({ route, id }: { route: InboxRoute; id: string }) {
  const me = useMe();
  const conversation = useQuery(conversationQuery(id));
  const row: ConversationRow | undefined = conversation.data ?? findRow(id);
  // A jump loads the surroundings of its message instead of the end.
  const known = client.getQueryData<Talk>(keys.talk(id));
  const reached = route.at === null || known?.thread.messages.some((message) => message.fingerprint === route.at);
  const talk = useQuery({ ...talkQuery(id), enabled: route.at === null || known !== undefined });
  useEffect(() => {
    if (route.at !== null && !reached) loadAround(id, route.at).catch(() => go({ ...route, at: null }, true));
  }, [id, route, reached]);
  if (conversation.error && !row) {
    const gone = conversation.error instanceof Refusal && conversation.error.status === 404;
    return (
      <section class="in-thread in-middle" aria-label={t("conversation")}>
        <Empty
          drawing="broken"
          title={t(gone ? "conversation_gone" : "conversation_broken")}
          action={
            gone ? (
              <Button onClick={() => go({ ...route, id: null, at: null }, true)}>{t("back_to_inbox")}</Button>
            ) : (
              <Button onClick={() => void conversation.refetch()}>{t("try_again")}</Button>
            )
          }
        />
      </section>
    );
  }
  return (
    <section class="in-thread" aria-label={t("conversation")}>
      {row ? <ThreadHead row={row} route={route} /> : <HeadBones />}
      {row && talk.data && me ? (
        <Messages
          key={id}
          row={row}
          talk={talk.data}
          me={me}
          at={route.at}
          feedback={conversation.data?.feedback ?? null}
        />
      ) : talk.error ? (
        <TalkBroken again={() => void talk.refetch()} />
      ) : (
        <TalkBones />
      )}
      {row && me && <Composer conversation={row} me={me} />}
    </section>
  );
}

function HeadBones() {
  return (
    <div class="in-thread-head" aria-hidden="true">
      <Bone height={32} round />
      <Bone width={24} height={14} />
    </div>
  );
}

function TalkBroken({ again }: { again: () => void }) {
  return (
    <div class="in-middle in-messages">
      <Empty drawing="broken" title={t("messages_broken")} action={<Button onClick={again}>{t("try_again")}</Button>} />
    </div>
  );
}

function TalkBones() {
  return (
    <div class="in-messages in-talk-bones" aria-hidden="true">
      {[46, 62, 30, 54, 38].map((width, index) => (
        <div key={width} class={index % 2 === 0 ? "" : "in-own"}>
          <Bone width={width} height={index % 3 === 0 ? 58 : 38} />
        </div>
      ))}
    </div>
  );
}
