/** A small card under a text: what the page says of itself that the text links to. It is asked for when it comes into sight. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { LinkPreview, MessageContext } from "./context.ts";
import { firstLink } from "./links.ts";
import { isOurs } from "./shapes.ts";

const KEPT = 200;
/** Pages that were asked about, by address. */
const known = new Map<string, Promise<LinkPreview | null>>();

function ask(url: string, preview: (url: string) => Promise<LinkPreview>): Promise<LinkPreview | null> {
  const before = known.get(url);
  if (before) return before;
  if (known.size >= KEPT) known.clear();
  const asked = preview(url).catch(() => {
    // Another try may do better.
    known.delete(url);
    return null;
  });
  known.set(url, asked);
  return asked;
}

export function PreviewCard({ text, context }: { text: string; context: MessageContext }) {
  const place = useRef<HTMLDivElement>(null);
  const [found, setFound] = useState<LinkPreview | null>(null);
  const [broken, setBroken] = useState(false);
  const url = firstLink(text);
  const { preview } = context;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another function that asks is no reason to ask again
  useEffect(() => {
    setFound(null);
    setBroken(false);
    const here = place.current;
    if (url === null || preview === null || here === null) return;
    let wanted = true;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      void ask(url, preview).then((answer) => wanted && setFound(answer));
    });
    observer.observe(here);
    return () => {
      wanted = false;
      observer.disconnect();
    };
  }, [url, preview === null]);
  const image = found && !broken && isOurs(found.image) ? found.image : null;
  const tells = found !== null && (found.title !== "" || image !== null);
  return (
    <div ref={place} class="u-preview-place">
      {tells && url !== null && (
        <a class="u-card u-preview" href={url} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
          {image !== null && (
            <span class="u-preview-image">
              <img
                src={image}
                alt=""
                loading="lazy"
                decoding="async"
                referrerpolicy="no-referrer"
                onError={() => setBroken(true)}
              />
            </span>
          )}
          <span class="u-preview-words">
            {found.site !== "" && <small>{found.site}</small>}
            {found.title !== "" && <b>{found.title}</b>}
            {found.description !== "" && <span class="u-preview-more">{found.description}</span>}
          </span>
        </a>
      )}
    </div>
  );
}
