import { safeUrl, shortUrl } from "../thread/names.ts";

/** A page of the customer's website: a link where its address is one, else its words alone. */
export function PageLink({ url, title }: { url: string; title: string }) {
  const href = safeUrl(url);
  const words = title || shortUrl(url);
  if (href === undefined) return <span dir="auto">{words}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" dir="auto" data-tip={shortUrl(url)}>
      {words}
    </a>
  );
}
