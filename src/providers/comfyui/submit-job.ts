import { ProviderError } from '../provider-error.ts';
import { cancelJob } from './cancel-job.ts';
import type { Engine } from './engine.ts';
import { submitReply } from './read-reply.ts';

export interface JobRequest {
  /** The id that the body asks for. */
  readonly id: string;
  readonly body: object;
  readonly signal: AbortSignal;
}

/** Returns the id that the server gave: an old one chooses it itself. */
export async function submitJob(engine: Engine, { id, body, signal }: JobRequest): Promise<string> {
  try {
    const reply = await engine.ask(submitReply, { method: 'POST', path: '/prompt', body, signal });
    return reply.prompt_id;
  } catch (error) {
    // Without an answer it may have been queued all the same.
    if (!(error instanceof ProviderError && error.unstarted)) await cancelJob(engine, id);
    throw error;
  }
}
