/** Files that are dropped, pasted or chosen. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLatest } from "../dom.ts";

export interface Given {
  readonly files: readonly File[];
  /** Folders among them: they cannot be sent. */
  readonly folders: number;
}

/** The files of a drop or a paste, without its folders. */
export function filesOf(transfer: DataTransfer | null): Given {
  const files: File[] = [];
  let folders = 0;
  for (const item of transfer?.items ?? []) {
    if (item.kind !== "file") continue;
    if (item.webkitGetAsEntry()?.isDirectory) {
      folders += 1;
      continue;
    }
    const file = item.getAsFile();
    if (file) files.push(file);
  }
  return { files, folders };
}

/** Whether a paste is files. Office programs put a picture beside the words that were copied: the words are meant. */
export function pastesFiles(transfer: DataTransfer | null): boolean {
  if (!transfer?.types.includes("Files")) return false;
  return !(transfer.types.includes("text/html") && transfer.types.includes("text/plain"));
}

/** For `onPaste` of a text field: takes files, and leaves words to the field. True where it took them. */
export function takePaste(event: ClipboardEvent, onGiven: (given: Given) => void): boolean {
  if (!pastesFiles(event.clipboardData)) return false;
  const given = filesOf(event.clipboardData);
  if (given.files.length + given.folders === 0) return false;
  event.preventDefault();
  onGiven(given);
  return true;
}

/** A file that falls where none is taken must not take the place of the page: browsers would show it there. */
export function keepPage(): () => void {
  const keep = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    // A field for files takes them by itself.
    if ((event.target as Partial<HTMLInputElement>).type === "file") return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  addEventListener("dragover", keep);
  addEventListener("drop", keep);
  return () => {
    removeEventListener("dragover", keep);
    removeEventListener("drop", keep);
  };
}

/** Takes what is dropped on an element, or anywhere on the page; whether something hangs over it right now. */
export function useDrop(on: RefObject<HTMLElement> | null, enabled: boolean, onGiven: (given: Given) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useLatest(onGiven);
  useEffect(() => {
    const target: HTMLElement | null = on ? on.current : document.documentElement;
    if (!enabled || !target) return;
    const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    const hang = (event: DragEvent): void => {
      if (!carries(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!(event.relatedTarget instanceof Node && target.contains(event.relatedTarget))) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!carries(event)) return;
      event.preventDefault();
      take.current(filesOf(event.dataTransfer));
    };
    target.addEventListener("dragenter", hang);
    target.addEventListener("dragover", hang);
    target.addEventListener("dragleave", leave);
    target.addEventListener("drop", drop);
    return () => {
      setOver(false);
      target.removeEventListener("dragenter", hang);
      target.removeEventListener("dragover", hang);
      target.removeEventListener("dragleave", leave);
      target.removeEventListener("drop", drop);
    };
  }, [on, enabled, take]);
  return over;
}
