import { hidden, type Secret } from './secret.ts';

/** Shorter ones would be found in ordinary words. */
const minCharacters = 5;

/** Where something stands that is a secret by its looks, whoever's it is. */
const shapes: readonly RegExp[] = [
  /\b(?:Bearer|Basic|Key)\s+[\w.~+/:=-]{8,}/gi,
  /\b(?:sk|rpa|r8|hf|dk|AIza)[-_]?[\w-]{12,}/g,
  /(?<=\bdata:[\w.+-]+\/[\w.+-]+;base64,)[\w+/=-]+/gi,
  /(?<=\b[a-z][a-z0-9+]*:\/\/)[^\s/@"'?]*:[^\s/@"'?]*(?=@)/gi,
  /(?<=\b(?:AccountKey|SharedAccessSignature)=)[^\s;"']+/gi,
  /(?<=[?&;](?:sig|key|api_?key|token|access_token|signature|x-amz-signature|x-goog-signature)=)[^\s&"'<>\\)]+/gi,
];

/** Takes out what these secrets are, however they are written, and whatever else looks like one. */
export type Redact = (text: string) => string;

export function createRedact(secrets: readonly (Secret | undefined)[]): Redact {
  const redactKnown = createKnownRedact(secrets);
  return (text) => shapes.reduce((rest, shape) => rest.replace(shape, hidden), redactKnown(text));
}

/** Takes out these secrets alone: for wordings, where “key lighting” is none. */
export function createKnownRedact(secrets: readonly (Secret | undefined)[]): Redact {
  const forms = secrets.flatMap((secret) => (secret === undefined ? [] : toForms(secret.reveal())));
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, hidden), text);
}

/** A secret as others may write it, the longest first, so that none is left in pieces. */
function toForms(value: string): readonly string[] {
  const encoded = [value, ...findParts(value)].flatMap((part) => {
    const inBase64 = Buffer.from(part).toString('base64').replace(/=+$/, '');
    return [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1), inBase64, toUrlSafe(inBase64)];
  });
  const long = new Set(encoded.filter((form) => form.length >= minCharacters));
  return [...long].sort((one, other) => other.length - one.length);
}

/** What is secret by itself: the password of a URL, the key of a connection string. */
function findParts(value: string): readonly string[] {
  const accountKey = /AccountKey=([^;]+)/i.exec(value)?.[1];
  const [, user, password] = /^[a-z][a-z0-9+]*:\/\/([^:/?#@]*):([^@/?#]*)@/i.exec(value) ?? [];
  if (password === undefined || user === undefined) return accountKey === undefined ? [] : [accountKey];
  const pair = `${decode(user)}:${decode(password)}`;
  // One that repeats the name hides nothing, and would be found in every other word.
  return password === user ? [pair] : [password, decode(password), pair];
}

function toUrlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

/** A password may hold a percent sign that nobody has escaped. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
