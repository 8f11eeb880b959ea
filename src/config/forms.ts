import { z } from 'zod';
import { createSecret } from '../domain/secret.ts';

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number);

export const httpUrl = () =>
  z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' });
export const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** Without a slash at its end. It is shown, and so holds no password. */
export const baseUrl = () =>
  httpUrl()
    .refine((url) => !/^https?:\/\/[^/?#]*@/.test(url), "must not hold a user's name or password")
    .transform(withoutSlash);

/** What nobody may see, of the form that is given. It may stand in a file instead: `readSecretFiles`. */
export const secret = (form: z.ZodType<string> = z.string().min(1)) =>
  form.transform(createSecret).optional().meta({ isSecret: true });

/** Separated by commas. */
export const list = (pattern = /^/, error = '') =>
  z
    .string()
    .transform(toList)
    .refine((entries) => entries.every((entry) => pattern.test(entry)), error);

export function toList(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

export const onOrOff = () => z.enum(['on', 'off']).optional();

export const minSecretCharacters = 32;
export const tooShort = `must have at least ${minSecretCharacters} characters`;
export const longText = () => z.string().min(minSecretCharacters, tooShort);
