/** Text of a server, without what would steer the terminal. */
export function toPrintable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|\p{Bidi_Control}/gu, '');
}
