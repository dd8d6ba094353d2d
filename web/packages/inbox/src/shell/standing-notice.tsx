/** A line above the inbox that says what somebody should look at. Waved away it is gone until there is something new. */
import { Button, IconButton } from "@halloo/ui";
import { TriangleAlert, X } from "lucide-preact";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { storage } from "../live/browser.ts";

/** More marks than anybody has troubles. */
const MOST_MARKS = 50;

interface StandingNoticeProps<Trouble> {
  /** Where it is kept what was waved away. */
  readonly kept: string;
  readonly troubles: readonly Trouble[];
  /** A trouble in its state: another state is told of again. */
  readonly markOf: (trouble: Trouble) => string;
  readonly wordsOf: (left: readonly [Trouble, ...Trouble[]]) => string;
  readonly onLook: (left: readonly [Trouble, ...Trouble[]]) => void;
  /** The pages that say it themselves are open. */
  readonly there: boolean;
}

const marksIn = (kept: string): readonly string[] => (storage.get(kept) ?? "").split(" ").filter(Boolean);

export function StandingNotice<Trouble>(props: StandingNoticeProps<Trouble>) {
  const { kept, troubles, markOf, wordsOf, onLook, there } = props;
  const [away, setAway] = useState(() => marksIn(kept));
  const [first, ...rest] = troubles.filter((trouble) => !away.includes(markOf(trouble)));
  if (first === undefined || there) return <div role="status" class="ui-hidden" />;
  const left = [first, ...rest] as const;
  const dismiss = () => {
    const marks = [...new Set([...away, ...left.map(markOf)])].slice(-MOST_MARKS);
    storage.set(kept, marks.join(" "));
    setAway(marks);
  };
  return (
    <div role="status" class="in-line-state in-standing">
      <TriangleAlert size={16} />
      <span class="in-grow">{wordsOf(left)}</span>
      <Button size="small" kind="ghost" onClick={() => onLook(left)}>
        {t("hooks_notice_look")}
      </Button>
      <IconButton size="small" label={t("hooks_notice_hide")} icon={<X size={16} />} onClick={dismiss} />
    </div>
  );
}
