/** The button that opens the browser's file picker. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

interface FileButtonProps {
  readonly label: string;
  /** What the picker offers; see `acceptOf`. */
  readonly accept: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly class?: string;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}

export function FileButton({ label, accept, onFiles, class: name, disabled, children }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={name}
        aria-label={label}
        title={label}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-hidden="true"
        accept={accept}
        onChange={(event) => {
          const { currentTarget } = event;
          const files = Array.from(currentTarget.files ?? []);
          // The same file can be chosen again.
          currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
