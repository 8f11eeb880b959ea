import type { Secret } from '../../domain/secret.ts';
import { createDeadline } from '../../network/deadline.ts';
import type { Fetch } from '../../network/fetch.ts';
import type { HttpAnswer } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import { ProviderError } from '../provider-error.ts';

export const vendor = 'RunPod';

export interface JobEndpointOptions {
  readonly fetch: Fetch;
  readonly url: string;
  readonly apiKey: Secret | undefined;
  /** How long the answer to one look may take. */
  readonly lookMilliseconds: number;
}

/** One endpoint and its jobs. Throws `ProviderError` where no answer came, and the signal's reason after an abort. */
export interface JobEndpoint {
  run(job: object, signal: AbortSignal): Promise<HttpAnswer>;
  look(jobId: string, signal: AbortSignal): Promise<HttpAnswer>;
  cancel(jobId: string, signal: AbortSignal): Promise<HttpAnswer>;
}

export function createJobEndpoint({ fetch, url, apiKey, lookMilliseconds }: JobEndpointOptions): JobEndpoint {
  const share = () => ({ vendor, headers: { authorization: `Bearer ${apiKey?.reveal() ?? ''}` } });
  const toUrl = (operation: string, jobId: string) => `${url}/${operation}/${encodeURIComponent(jobId)}`;
  return {
    // Not /runsync: it keeps a result for one minute, and tells the id too late to resume by it.
    run: (body, signal) => callVendor(fetch, { ...share(), method: 'POST', url: `${url}/run`, body, signal }),
    cancel: (jobId, signal) => callVendor(fetch, { ...share(), method: 'POST', url: toUrl('cancel', jobId), signal }),
    look(jobId, signal) {
      const request = { ...share(), method: 'GET', url: toUrl('status', jobId) } as const;
      return withinPatience({ signal, lookMilliseconds }, (brief) => callVendor(fetch, { ...request, signal: brief }));
    },
  };
}

interface Patience {
  readonly signal: AbortSignal;
  readonly lookMilliseconds: number;
}

/** An answer that hangs would otherwise be waited for until the job's deadline. */
async function withinPatience<Answer>(
  { signal, lookMilliseconds }: Patience,
  ask: (brief: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  using deadline = createDeadline(lookMilliseconds, signal);
  try {
    return await ask(deadline.signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!deadline.isOver) throw cause;
    const message = `${vendor} took too long to answer.`;
    throw new ProviderError(message, { code: 'PROVIDER_UNAVAILABLE', retryable: true, cause });
  }
}
