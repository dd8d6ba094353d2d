/** Whether the page around this document lets it ask for the microphone at all; browsers that do not tell are taken to. */
export function mayAsk(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature("microphone") ?? true;
}
