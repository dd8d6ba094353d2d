/** One attempt in full: what was sent, what came back, and where the time went. */
import { Button, cx, Segmented, useCopy } from "@halloo/ui";
import { Check, Terminal } from "lucide-preact";
import { useMemo, useState } from "preact/hooks";
import { formatMoment, formatTook, t } from "../i18n.ts";
import { curlOf, isGood, jsonPieces, phasesOf, pretty } from "./model.ts";
import type { AttemptView, Timings } from "./types.ts";
import { Mark, outcomeWords } from "./words.tsx";

interface AttemptProps {
  readonly attempt: AttemptView;
  /** The hook's own address, with what attempts have masked. */
  readonly address: string;
}

export function Attempt({ attempt, address }: AttemptProps) {
  const { request, response } = attempt;
  const target = /^https?:\/\/[^/?#]+(.*)$/i.exec(request.url)?.[1] || "/";
  return (
    <div class="in-attempt">
      <Verdict attempt={attempt} />
      <TimingBar timings={attempt.timings} />
      <section class="in-attempt-part" aria-label={t("hooks_request")}>
        <header>
          <h3>{t("hooks_request")}</h3>
          <Curl request={request} address={address} />
        </header>
        <Head
          first={`${request.method} ${target} HTTP/1.1`}
          headers={request.headers}
          label={t("hooks_request_head")}
        />
        {request.body === null ? (
          <p class="in-quiet">{t("hooks_body_gone")}</p>
        ) : (
          <Body text={request.body} label={t("hooks_request_body")} />
        )}
      </section>
      <section class="in-attempt-part" aria-label={t("hooks_response")}>
        <header>
          <h3>{t("hooks_response")}</h3>
          {attempt.remote_address && (
            <span class="in-quiet">
              {t("hooks_from_address")} <code dir="ltr">{attempt.remote_address}</code>
            </span>
          )}
        </header>
        {response === null ? (
          <p class="in-quiet">{t("hooks_no_response")}</p>
        ) : (
          <>
            <Head first={response.status_line} headers={response.headers} label={t("hooks_response_head")} />
            {response.body === "" ? (
              <p class="in-quiet">{t("hooks_empty_body")}</p>
            ) : (
              <Body text={response.body} label={t("hooks_response_body")} />
            )}
            {response.truncated && <p class="in-quiet">{t("hooks_truncated")}</p>}
          </>
        )}
      </section>
    </div>
  );
}

function Verdict({ attempt }: { attempt: AttemptView }) {
  const good = isGood(attempt.outcome);
  return (
    <div class={cx("in-verdict-line", good ? "in-hook-good" : "in-hook-bad")}>
      <Mark outcome={attempt.outcome} />
      <div>
        <strong>
          {outcomeWords(attempt.outcome)}
          {attempt.status !== null && <span class="in-verdict-status">{attempt.status}</span>}
        </strong>
        {attempt.detail !== "" && (
          <span class="in-quiet" dir="auto">
            {attempt.detail}
          </span>
        )}
      </div>
      <time class="in-quiet" dateTime={attempt.started_at}>
        {formatMoment(Date.parse(attempt.started_at))}
      </time>
    </div>
  );
}

/** Where the time went: the bar to scale, each part named below it. */
export function TimingBar({ timings }: { timings: Timings }) {
  const phases = phasesOf(timings);
  return (
    <figure class="in-timing">
      <figcaption>
        <span>{t("hooks_timing")}</span>
        <b>{formatTook(timings.total)}</b>
      </figcaption>
      <div class="in-timing-bar" aria-hidden="true">
        {phases.map(({ phase, share }) => (
          <span key={phase} class={`in-timing-${phase}`} style={{ flexGrow: share }} />
        ))}
      </div>
      <dl>
        {phases.map(({ phase, ms }) => (
          <div key={phase}>
            <dt>
              <span class={`in-timing-${phase}`} aria-hidden="true" />
              {t(`hooks_phase_${phase}`)}
            </dt>
            <dd>{formatTook(ms)}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}

function Head({
  first,
  headers,
  label,
}: {
  first: string;
  headers: readonly (readonly [string, string])[];
  label: string;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and the keyboard must be able to scroll them
    <section class="in-http" dir="ltr" tabIndex={0} aria-label={label}>
      <b>{first}</b>
      {headers.map(([name, value], index) => (
        <span key={index}>
          <i>{name}:</i> {value}
        </span>
      ))}
    </section>
  );
}

/** A body, laid out for reading or byte by byte. */
export function Body({ text, label }: { text: string; label: string }) {
  const [as, setAs] = useState<"pretty" | "raw">("pretty");
  const laid = useMemo(() => pretty(text), [text]);
  const isJson = laid !== text || /^\s*[[{]/.test(text);
  const { copied, copy } = useCopy(as === "pretty" ? laid : text);
  return (
    <div class="in-body">
      <div class="in-body-head">
        {isJson ? (
          <Segmented
            label={label}
            value={as}
            onChoose={setAs}
            choices={[
              { id: "pretty", label: t("hooks_pretty") },
              { id: "raw", label: t("hooks_raw") },
            ]}
          />
        ) : (
          <span class="in-quiet">{label}</span>
        )}
        <Button size="small" kind="ghost" icon={copied ? <Check size={16} /> : undefined} onClick={copy}>
          {copied ? t("copied") : t("copy")}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls, and the keyboard must be able to scroll it */}
      <section class={cx("in-http", as === "raw" && "in-http-raw")} dir="ltr" tabIndex={0} aria-label={label}>
        {isJson && as === "pretty" ? <Json text={laid} /> : text}
      </section>
    </div>
  );
}

function Json({ text }: { text: string }) {
  const pieces = useMemo(() => jsonPieces(text), [text]);
  return (
    <code>
      {pieces.map((piece, index) =>
        piece.kind === "plain" ? (
          piece.text
        ) : (
          <span key={index} class={`in-json-${piece.kind}`}>
            {piece.text}
          </span>
        ),
      )}
    </code>
  );
}

function Curl({ request, address }: { request: AttemptView["request"]; address: string }) {
  const { copied, copy } = useCopy(curlOf(request, address));
  return (
    <Button size="small" icon={copied ? <Check size={16} /> : <Terminal size={16} />} onClick={copy}>
      {copied ? t("copied") : t("hooks_copy_curl")}
    </Button>
  );
}
