import type { InputPicture, PictureOrder } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';
import type { ToInput } from './dialects/dialect.ts';

/** RunPod takes 10 MB in one request. The rest is for words and for what JSON adds. */
const maxImageBytes = 9_500_000;

/** In milliseconds, as RunPod has them. */
interface JobPolicy {
  readonly executionTimeout: number;
  readonly ttl: number;
}

const second = 1_000;
const week = 7 * 24 * 3_600 * second;

/**
 * Bounds what a job can cost that nobody follows any more: there is no way to find one whose id was lost. It is kept twice as
 * long as it is waited for, so that whoever takes it over late still finds its pictures.
 */
function toPolicy(timeoutMilliseconds: number): JobPolicy {
  return {
    executionTimeout: Math.min(week, Math.max(5 * second, timeoutMilliseconds)),
    ttl: Math.min(week, Math.max(10 * second, 2 * timeoutMilliseconds)),
  };
}

/** The body of a /run. Throws `ProviderError` for input images that RunPod does not take. */
export async function toJobRequest(order: PictureOrder, toInput: ToInput): Promise<object> {
  checkSize(order.inputs);
  const images = await Promise.all(order.inputs.map((input) => toDataUrl(input, order.signal)));
  const told = Object.entries(toInput(order, images)).filter(([, value]) => value !== null);
  const { webhookUrl } = order;
  return {
    input: Object.fromEntries(told),
    policy: toPolicy(order.timeoutMilliseconds),
    ...(webhookUrl === null ? {} : { webhook: webhookUrl }),
  };
}

function checkSize(inputs: readonly InputPicture[]): void {
  const encodedBytes = inputs.reduce((sum, { sizeBytes }) => sum + Math.ceil(sizeBytes / 3) * 4, 0);
  if (encodedBytes <= maxImageBytes) return;
  const message = 'The input images are too large for RunPod, which takes about 7 MB of them.';
  throw new ProviderError(message, { code: 'INPUT_IMAGE_UNUSABLE', retryable: false, unstarted: true });
}

async function toDataUrl(input: InputPicture, signal: AbortSignal): Promise<string> {
  const bytes = await input.read(signal);
  return `data:${input.mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
}
