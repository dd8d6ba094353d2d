/** Rules for addresses and numbers; the same as the server's. */

const EMAIL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  /^[^@\s<>"(),:;\\[\]\x00-\x1f\x7f]{1,64}@(?:[^@\s.<>"(),:;\\[\]\x00-\x1f\x7f]+\.)+[^@\s.<>"(),:;\\[\]\x00-\x1f\x7f]{2,63}$/;
const EMAIL_MAX = 254;

/** One `@` before a dotted domain, at most 254 characters. */
export const isEmail = (text: string): boolean => [...text].length <= EMAIL_MAX && EMAIL.test(text);

/** 5 to 32 of digits, space and `+ - ( ) . /`. */
export const isPhone = (text: string): boolean => /^[0-9 +\-()./]{5,32}$/.test(text);
