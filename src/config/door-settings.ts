import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { longText, onOrOff, secret } from './forms.ts';

/** Who and what gets in. */
export const doorSettings = z.object({
  CORS_ORIGINS: z
    .string()
    .refine((text) => text.split(',').every(isOrigin), 'must be origins like https://app.example.org, comma-separated')
    .optional()
    .describe(
      'The web pages that may speak to this server from another origin, comma-separated: https://app.example.org.',
    ),
  TRUST_PROXY: z
    .string()
    .refine(isTrust, 'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated')
    .default('off')
    .describe('Whose X-Forwarded headers are believed: off, how many proxies stand in front, or their networks.'),
  GRAPHIQL: onOrOff().describe(
    'Whether /graphql is a page in a browser: on or off. Without it, on where nobody has to sign in.',
  ),
  INTROSPECTION: onOrOff().describe(
    'Whether clients may ask for the schema: on or off. Without it, on where nobody has to sign in.',
  ),
  PERSISTED_OPERATIONS: z
    .string()
    .min(1)
    .optional()
    .describe('A JSON file with the only documents that are run: a list, or an object that has them by their SHA-256.'),
  IMAGE_DELIVERY: z
    .enum(['redirect', 'proxy'])
    .default('redirect')
    .describe(
      'Where links to pictures lead: redirect (to the storage) or proxy (to this server, which needs LINK_SECRET).',
    ),
  LINK_SECRET: secret(longText()).describe(
    'What this server signs its own links to pictures with: the same for all processes.',
  ),
});

function isOrigin(text: string): boolean {
  const origin = text.trim();
  return /^https?:[^*]+$/.test(origin) && URL.parse(origin)?.origin === origin;
}

function isTrust(text: string): boolean {
  if (text === 'off') return true;
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 20;
  return text.split(',').every((network) => ipaddr.isValidCIDR(network.trim()) || isIP(network.trim()) !== 0);
}
