/** As Yoga wants it for documents, and for what is wrong with them. */
export interface TextCache<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

/** A parsed document takes up to 150 times the memory of its text, so that this many characters are 45 MB at worst. */
const maxCharacters = 300_000;

/** Keeps what was used last, by the length of the texts: a count would not bound the memory that strangers can fill. */
export function createTextCache<Value>(): TextCache<Value> {
  const values = new Map<string, Value>();
  let characters = 0;
  const remove = (text: string) => {
    if (values.delete(text)) characters -= text.length;
  };
  return {
    get(text) {
      const value = values.get(text);
      if (value === undefined) return undefined;
      // Behind all others: what stands first was not used for the longest time.
      values.delete(text);
      values.set(text, value);
      return value;
    },
    set(text, value) {
      remove(text);
      values.set(text, value);
      characters += text.length;
      for (const oldest of values.keys()) {
        if (characters <= maxCharacters) return;
        remove(oldest);
      }
    },
  };
}
