/**
 * Code that checks on the other side whether a call comes from this hook, in five languages. It stands in text files, so that the
 * manual shows the same and tests run the same.
 */
import go from "./receivers/go.txt?raw";
import node from "./receivers/node.txt?raw";
import php from "./receivers/php.txt?raw";
import python from "./receivers/python.txt?raw";
import ruby from "./receivers/ruby.txt?raw";

export const RECEIVERS = ["python", "node", "php", "go", "ruby"] as const;
export type Receiver = (typeof RECEIVERS)[number];

export const RECEIVER_NAMES: Readonly<Record<Receiver, string>> = {
  python: "Python",
  node: "Node",
  php: "PHP",
  go: "Go",
  ruby: "Ruby",
};

/** What stands where the secret belongs, until it is known. */
export const PLACEHOLDER = "whsec_YOUR_SECRET";

const CODE: Readonly<Record<Receiver, string>> = { python, node, php, go, ruby };

/** The code of one language; with the hook's own secret where it was just shown. */
export const receiverCode = (language: Receiver, secret?: string): string =>
  CODE[language].trimEnd().replace(PLACEHOLDER, () => secret ?? PLACEHOLDER);
