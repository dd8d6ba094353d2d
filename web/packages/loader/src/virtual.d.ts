declare module "virtual:loader-texts" {
  /** Language → sentences in the order of messages/en/loader.json, joined by `|`. */
  const table: Record<string, string>;
  export default table;
}
