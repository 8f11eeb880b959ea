import { z } from 'zod';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { ProviderError } from '../provider-error.ts';
import { toStatusError } from '../status-error.ts';

/** Its name for people. */
export const vendor = 'ComfyUI';

const complaint = z.object({ message: z.string(), details: z.string().optional() });
const nodeComplaints = z.object({ class_type: z.string(), errors: z.array(complaint) });
const refusal = z.object({
  error: complaint.optional().catch(undefined),
  // An empty list where no node is to blame.
  node_errors: z.record(z.string(), nodeComplaints).catch({}),
});

/** What an answer with this status means. A workflow that is refused is so before it is queued. */
export function toStatusFailure(answer: HttpAnswer, clean: (words: string) => string): ProviderError {
  const { status, headers, bytes } = answer;
  const words = clean(readWords(parseJson(bytes)));
  if (status === 400) {
    const message = `${vendor} does not take the workflow${words === '' ? '.' : `: ${words}`}`;
    return new ProviderError(message, { code: 'INVALID_REQUEST', retryable: false, unstarted: true });
  }
  if (status === 404 || status === 405) {
    const message = `At the address of ${vendor} answers something else. Is COMFYUI_URL right?`;
    return new ProviderError(message, { code: 'PROVIDER_MISCONFIGURED', retryable: false, unstarted: true });
  }
  return toStatusError({ vendor, status, words, headers });
}

function readWords(body: unknown): string {
  const { data } = refusal.safeParse(body);
  if (data === undefined) return '';
  const ofNodes = Object.entries(data.node_errors).flatMap(([id, { class_type, errors }]) =>
    errors.map((error) => `${class_type} (node ${id}): ${toWords(error)}`),
  );
  if (ofNodes.length > 0) return ofNodes.join('; ');
  return data.error === undefined ? '' : toWords(data.error);
}

function toWords({ message, details = '' }: z.infer<typeof complaint>): string {
  return details === '' || details === message ? message : `${message}: ${details}`;
}

/** What ComfyUI tells of a node that threw. */
export const executionError = z.object({
  node_type: z.string().optional().catch(undefined),
  exception_type: z.string().optional().catch(undefined),
  exception_message: z.string().optional().catch(undefined),
});

export function toExecutionFailure(
  { node_type, exception_type = '', exception_message = '' }: z.infer<typeof executionError>,
  clean: (words: string) => string,
): ProviderError {
  const words = clean(exception_message) || clean(exception_type) || 'it does not say why.';
  const message = `${vendor} failed${node_type === undefined ? '' : ` at ${clean(node_type)}`}: ${words}`;
  // Somebody else's job may have held the memory. Every other exception comes again with the same workflow.
  const isMemory = /out ?of ?memory/i.test(`${exception_type} ${exception_message}`);
  const code = isMemory ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_BAD_RESPONSE';
  return new ProviderError(message, { code, retryable: isMemory });
}

export function createInterrupted(): ProviderError {
  const message = `Somebody interrupted the job at ${vendor}.`;
  return new ProviderError(message, { code: 'PROVIDER_UNAVAILABLE', retryable: true });
}

export function createLost(): ProviderError {
  const message = `${vendor} no longer knows the job: it was restarted, or its queue was cleared.`;
  return new ProviderError(message, { code: 'OUTPUT_LOST', retryable: true });
}
