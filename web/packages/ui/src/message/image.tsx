/** A picture that is on its way: its colours first, then itself; with a new address where its own ran out. */
import { readPlaceholder } from "@halloo/core/placeholder.ts";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { cx } from "../dom.ts";
import { addressOf, ranOut, renewed, smaller } from "./address.ts";
import { type FileContent, isCut, shownAt } from "./shapes.ts";

/** The first waves of a picture's colours, drawn over its whole place. */
function Blur({ text }: { text: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const found = readPlaceholder(text);
    const paper = canvas.current?.getContext("2d");
    if (!canvas.current || !paper || !found) return;
    canvas.current.width = found.width;
    canvas.current.height = found.height;
    paper.putImageData(new ImageData(found.data, found.width, found.height), 0, 0);
  }, [text]);
  return <canvas ref={canvas} class="u-blur" width={1} height={1} />;
}

type Stage = "loading" | "there" | "failed";

/** The address that the browser loads from: null while a new one is on its way. */
function useSource(file: FileContent, renew: (id: string) => Promise<string>, small: boolean) {
  const [stage, setStage] = useState<Stage>("loading");
  const [turn, setTurn] = useState(0);
  /** The smaller one could not be had at this address. */
  const [without, setWithout] = useState("");
  const asked = useRef(0);
  /** One was given since: it holds, whatever the clock here says. */
  const given = useRef(false);
  const held = shownAt(addressOf(file.id, file.url), file.thumbnail);
  const stale = held === null || (!given.current && ranOut(held, Date.now()));
  const shown = held !== null && small && without !== held ? smaller(held) : held;
  const ask = (): void => {
    if (file.id === null) {
      setStage("failed");
      return;
    }
    asked.current += 1;
    renewed(file.id, renew).then(
      (url) => {
        given.current = true;
        if (shownAt(url, file.thumbnail) === null) setStage("failed");
        setTurn((now) => now + 1);
      },
      () => setStage("failed"),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each address that ran out before it was loaded
  useEffect(() => {
    if (stage === "loading" && stale && !given.current) ask();
  }, [file.id, file.url, turn]);
  return {
    stage,
    source: stage === "loading" && stale ? null : shown,
    there: () => setStage("there"),
    /** The clock here may be wrong, or the file is gone: one more address is asked for, and no more. */
    broken: () => {
      if (held !== null && shown !== held) setWithout(held);
      else if (asked.current > 1) setStage("failed");
      else ask();
    },
    again: () => {
      asked.current = 0;
      given.current = false;
      setStage("loading");
      // A picture of the image host is only asked for once more.
      if (file.id !== null) ask();
    },
  };
}

interface FilePictureProps {
  readonly file: FileContent;
  readonly alt: string;
  readonly renew: (id: string) => Promise<string>;
  /** Drawn instead where it cannot be had. */
  readonly failed: (again: () => void) => ComponentChildren;
  /** What stands around it while it is there or on its way. */
  readonly frame?: (inside: ComponentChildren) => ComponentChildren;
  /** It is looked at now: until it is there, the smaller one stands for it, which the thread has mostly fetched already. */
  readonly eager?: boolean;
  /** As small as a thread shows it. */
  readonly small?: boolean;
}

export function FilePicture(props: FilePictureProps) {
  const { file, alt, renew, failed, frame = (inside) => inside, eager = false, small = false } = props;
  const { stage, source, there, broken, again } = useSource(file, renew, small);
  if (stage === "failed") return <>{failed(again)}</>;
  return frame(
    <span class={cx("u-image", stage === "there" && "u-there")}>
      {file.placeholder !== null && <Blur text={file.placeholder} />}
      {eager && source !== null && smaller(source) !== source && !isCut(file.width, file.height) && (
        <img class="u-blur" src={smaller(source)} alt="" draggable={false} referrerpolicy="no-referrer" />
      )}
      {source !== null && (
        <img
          src={source}
          alt={alt}
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          draggable={false}
          referrerpolicy="no-referrer"
          onLoad={there}
          onError={broken}
        />
      )}
    </span>,
  );
}
