/** Messages between loader and frame (embedding contract 6), as the loader sees them. */

export interface Envelope {
  v: number;
  wid: string;
  type: string;
  seq: number;
  data: object;
}

/** Each key with the first letter of its value's kind, or with what is inside. */
const shape = (data: object): string =>
  `${Object.entries(data).map(
    ([key, field]) => key + (key !== "detail" && field instanceof Object ? shape(field) : (typeof field)[0]),
  )}`;

/** Type and shape of a message for this widget that is newer than `last`, such as `ready parts`; false where it is none. */
export const signature = (value: Envelope, widget: string, last: number): string | false =>
  value?.v === 1 &&
  value.wid === widget &&
  value.seq > last &&
  !Object.keys(value)[5] &&
  !JSON.stringify(value)[16_384] &&
  `${value.type} ${value.data && shape(value.data)}`;
