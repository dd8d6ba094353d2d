/** The browser's file picker, and the button that opens it. */
import type { ComponentChildren, RefObject } from "preact";
import { useRef } from "preact/hooks";

interface FileInputProps {
  readonly input: RefObject<HTMLInputElement | null>;
  /** What the picker offers; see `acceptOf`. */
  readonly accept: string;
  readonly onFiles: (files: readonly File[]) => void;
}

/** The picker without a face: `input.current.click()` opens it. */
export function FileInput({ input, accept, onFiles }: FileInputProps) {
  return (
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
  );
}

interface FileButtonProps extends Omit<FileInputProps, "input"> {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function FileButton({ label, accept, onFiles, class: name, children }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={name} aria-label={label} title={label} onClick={() => input.current?.click()}>
        {children}
      </button>
      <FileInput input={input} accept={accept} onFiles={onFiles} />
    </>
  );
}
