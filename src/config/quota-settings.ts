import { z } from 'zod';
import { wholeNumber } from './forms.ts';

const usd = () =>
  z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be USD such as 12.50, below 1,000,000 and with at most six places');
const limit = () => wholeNumber(0, 1_000_000_000).optional();

/** What users may ask for and spend, where they have no limits of their own. */
export const quotaSettings = z.object({
  QUEUE_LIMIT: limit().describe('How many generations of all users wait at once. Without it, any number.'),
  QUOTA_RUNNING: limit().describe(
    'How many generations of one user run at once. Without it, as many as there is room for.',
  ),
  QUOTA_QUEUED: limit().describe('How many generations of one user wait at once. Without it, any number.'),
  QUOTA_PER_MINUTE: limit().describe('How many requests one user makes in a minute. Without it, any number.'),
  QUOTA_PER_DAY: limit().describe('How many generations one user asks for in a day, by UTC. Without it, any number.'),
  QUOTA_USD_PER_DAY: usd().optional().describe('How much one user spends in a day, by UTC. Without it, any amount.'),
  QUOTA_USD_PER_MONTH: usd()
    .optional()
    .describe('How much one user spends in a month, by UTC. Without it, any amount.'),
});
