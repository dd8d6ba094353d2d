/** A random UUID (version 4), also where the page is no secure context: a frame on `https` is none below a page on `http`. */
export const uuid = (): string =>
  "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx".replace(/x/g, () =>
    ((crypto.getRandomValues(new Uint8Array(1))[0] as number) % 16).toString(16),
  );
