import { z } from 'zod';
import { parseJson } from '../../network/send.ts';
import type { ProviderWebhook } from '../webhook.ts';

const told = z.object({ id: z.string().regex(/^[\w-]{1,128}$/) });

/** RunPod posts what a /status answers, and signs nothing: the token in its address is all that it can show. */
export const runpodWebhook: ProviderWebhook = {
  authenticate: async () => true,
  findRequestId: ({ body }) => told.safeParse(parseJson(body)).data?.id,
};
