import { z } from 'zod';
import { wholeNumber } from './forms.ts';

/** How much anybody may ask for. */
export const limitSettings = z.object({
  MAX_OPERATION_COST: wholeNumber(100, 1_000_000)
    .default(1_000)
    .describe('What one operation may cost: a thing 1, a column a tenth, as often as lists are long.'),
  RATE_LIMIT_POINTS: wholeNumber(0, 1_000_000_000)
    .optional()
    .describe(
      'What the operations of one user may cost a minute; 0 for any number. Default: 60000, and 0 for the local user.',
    ),
  RATE_LIMIT_KEY_POINTS: wholeNumber(0, 1_000_000_000)
    .optional()
    .describe('The same for each API key. Default: as for a user.'),
  RATE_LIMIT_FAILURES: wholeNumber(0, 1_000_000_000)
    .default(300)
    .describe('How often a minute one address may fail to say who it is; 0 for any number.'),
  MAX_SOCKETS: wholeNumber(1, 1_000_000).default(10_000).describe('How many sockets one process takes.'),
  MAX_SOCKETS_PER_USER: wholeNumber(1, 1_000_000)
    .optional()
    .describe('How many of them one user may have. Default: 100, and any number for the local user.'),
});
