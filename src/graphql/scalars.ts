import { z } from 'zod';
import { Prisma } from '../database/generated/client.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';

const instant = z.iso.datetime({ offset: true });
const decimal = z.string().regex(/^-?\d{1,12}(\.\d{1,6})?$/);

builder.scalarType('DateTime', {
  description: 'An instant, RFC 3339, UTC.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    const parsed = instant.safeParse(value);
    const date = new Date(parsed.success ? parsed.data : Number.NaN);
    if (!hasPlainYear(date)) throw createBadInput('A DateTime is an instant such as 2026-11-21T09:30:00Z.');
    return date;
  },
});

builder.scalarType('Decimal', {
  description: 'An exact decimal number as text, for example "0.040000". Money is never a Float.',
  serialize: (value) => new Prisma.Decimal(value).toFixed(6),
  parseValue(value) {
    const parsed = decimal.safeParse(value);
    if (!parsed.success) throw createBadInput('A Decimal is text such as "0.04", with at most six places.');
    return parsed.data;
  },
});

/** Years before 1 and after 9999 are written in another way, which the database does not read. False for no date at all. */
function hasPlainYear(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999;
}
