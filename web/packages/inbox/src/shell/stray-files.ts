/** A file that is let go where nothing takes files would make the browser leave the inbox for it. */

const turnAway = (event: DragEvent): void => {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
  // A field for files takes them by itself.
  if (event.target instanceof HTMLInputElement && event.target.type === "file") return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
};

/** Keeps the page where it is; the answer stops that. */
export function turnFilesAway(): () => void {
  addEventListener("dragover", turnAway);
  addEventListener("drop", turnAway);
  return () => {
    removeEventListener("dragover", turnAway);
    removeEventListener("drop", turnAway);
  };
}
