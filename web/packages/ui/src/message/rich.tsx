/** Rich text as elements: what `formatText` took apart, never markup. Links open outside, and tell the page behind them nothing. */
import { type Block, formatText, type Inline } from "@halloo/core/format.ts";
import type { ComponentChildren } from "preact";

/** How plain words are drawn: as they are, or with something marked in them. */
export type Words = (text: string) => ComponentChildren;

function draw(pieces: readonly Inline[], words: Words): ComponentChildren[] {
  return pieces.map((piece, index) => {
    switch (piece.kind) {
      case "text":
        return <span key={index}>{words(piece.text)}</span>;
      case "code":
        return (
          <code key={index} dir="ltr">
            {piece.text}
          </code>
        );
      case "link":
        return (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
            {piece.text}
          </a>
        );
      case "bold":
        return <strong key={index}>{draw(piece.inner, words)}</strong>;
      case "italic":
        return <em key={index}>{draw(piece.inner, words)}</em>;
      default:
        return piece satisfies never;
    }
  });
}

function drawBlock(block: Block, words: Words, key: number) {
  switch (block.kind) {
    case "text":
      return (
        <span key={key} class="u-rich-text">
          {draw(block.inner, words)}
        </span>
      );
    case "quote":
      return <blockquote key={key}>{draw(block.inner, words)}</blockquote>;
    case "block":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block scrolls, and the keyboard must be able to scroll it
        <pre key={key} dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "list": {
      const items = block.items.map((item, index) => <li key={index}>{draw(item, words)}</li>);
      return block.start === null ? (
        <ul key={key}>{items}</ul>
      ) : (
        <ol key={key} start={block.start}>
          {items}
        </ol>
      );
    }
    default:
      return block satisfies never;
  }
}

/** A text with its bold, italic, code, lists, quotes and links. */
export function RichText({ text, words = (plain) => plain }: { text: string; words?: Words }) {
  return <div class="u-rich">{formatText(text).map((block, index) => drawBlock(block, words, index))}</div>;
}
