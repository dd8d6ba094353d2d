/** What one sees first when there is something to go back to. */
import { plainText } from "@halloo/core/format.ts";
import { textOf } from "@halloo/core/said.ts";
import { ChevronRight, SendHorizontal } from "lucide-preact";
import { type Conversation, NEW, type State } from "../frame/engine.ts";
import { Resume } from "./address.tsx";
import { Face, Faces } from "./faces.tsx";
import { useAround } from "./hooks.ts";
import { Reply } from "./reply.tsx";
import { shortTime } from "./time.ts";

/** What the last message says, where its excerpt says nothing and the thread is known. */
function saidLast({ id, last_seq }: Conversation, state: State): string {
  const message = state.threads[id]?.messages.findLast(({ seq }) => seq === last_seq);
  return message ? textOf(message.type, message.content).replace(/\s+/g, " ").slice(0, 200) : "";
}

function Row({ conversation, state, go }: { conversation: Conversation; state: State; go: (id: string) => void }) {
  const { t, language, engine } = useAround();
  const { last_message: last, unread } = conversation;
  const author = last?.author ?? "";
  const face = state.team.faces.find((one) => one.name === author) ?? state.team.faces[0];
  const title = engine.record.config.v1.chat.title;
  return (
    <button type="button" class="h-recent" onClick={() => go(conversation.id)}>
      <Face person={face ?? { id: engine.record.id, name: title, avatar: null }} size={36} />
      <span class="h-recent-text">
        <span class="h-recent-top">
          <b dir="auto">{face?.name === author || !last?.author ? (face?.name ?? title) : title}</b>
          <time>{shortTime(language, Date.parse(conversation.updated_at), Date.now())}</time>
        </span>
        <span class="h-recent-excerpt" dir="auto">
          {plainText(last?.excerpt || saidLast(conversation, state)) || "…"}
        </span>
      </span>
      {unread > 0 && (
        <span class="h-dot">
          <span class="h-hidden">{t("unread", { count: unread })}</span>
        </span>
      )}
    </button>
  );
}

interface HomeProps {
  readonly state: State;
  readonly go: (id: string) => void;
  readonly ask: (question: string) => void;
}

export function Home({ state, go, ask }: HomeProps) {
  const { engine, t } = useAround();
  const { greeting, suggested_questions: questions } = engine.record.config.v1;
  return (
    <main class="h-home">
      <div class="h-welcome">
        <Faces people={state.team.faces} size={44} />
        <h1 dir="auto">{t("home_heading")}</h1>
        <p dir="auto">{greeting.text || t("home_text")}</p>
      </div>
      <button type="button" class="h-card h-begin" onClick={() => go(NEW)}>
        <span>
          <b>{t("new_conversation")}</b>
          <Reply state={state} />
        </span>
        <SendHorizontal class="h-mirror" size={20} strokeWidth={1.75} />
      </button>
      {state.conversations === null ? (
        <div class="h-card h-bones h-bones-list" aria-hidden="true">
          <span />
          <span />
        </div>
      ) : (
        <section class="h-card">
          <h2>{t("recent")}</h2>
          {state.conversations.slice(0, 5).map((one) => (
            <Row key={one.id} conversation={one} state={state} go={go} />
          ))}
        </section>
      )}
      {questions.length > 0 && (
        <section class="h-card">
          <h2>{t("questions")}</h2>
          {questions.map((question) => (
            <button key={question} type="button" class="h-question" dir="auto" onClick={() => ask(question)}>
              <span>{question}</span>
              <ChevronRight class="h-mirror" size={18} strokeWidth={1.75} />
            </button>
          ))}
        </section>
      )}
      <div class="h-entry">
        <Resume state={state} />
      </div>
    </main>
  );
}
