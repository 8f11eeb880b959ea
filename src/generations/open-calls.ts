import { randomBytes } from 'node:crypto';
import type { PictureOrder, Provider } from '../providers/provider.ts';
import { createWakeUps, type Waker } from '../providers/wake-ups.ts';

/** A call that is being made or followed. Disposing of it ends its wake-ups. */
export interface OpenCall extends Disposable, Pick<PictureOrder, 'webhookUrl' | 'wakeUps'> {
  /** What the webhook's address holds and nobody can guess; kept with the attempt. Null where no webhook is asked for. */
  readonly webhookToken: string | null;
}

/** The calls of this process, so that a webhook reaches their polls. */
export interface OpenCalls {
  open(call: { readonly generationId: string; readonly number: number; readonly provider: Provider }): OpenCall;
  /** Does nothing where the call is not made here. */
  wake(generationId: string, number: number): void;
}

/** `publicUrl` is where vendors reach this server, without a slash at its end. Without it no webhook is asked for. */
export function createOpenCalls(publicUrl: string | undefined): OpenCalls {
  const wakers = new Map<string, Waker>();
  return {
    open({ generationId, number, provider }) {
      if (publicUrl === undefined || provider.webhook === undefined) return withoutWebhook;
      const key = toKey(generationId, number);
      const wakeUps = createWakeUps();
      const webhookToken = randomBytes(32).toString('base64url');
      const webhookUrl = `${publicUrl}/webhooks/${provider.name}/${key}?token=${webhookToken}`;
      wakers.set(key, wakeUps);
      return {
        webhookToken,
        webhookUrl,
        wakeUps,
        [Symbol.dispose]() {
          if (wakers.get(key) === wakeUps) wakers.delete(key);
        },
      };
    },
    wake: (generationId, number) => wakers.get(toKey(generationId, number))?.wake(),
  };
}

const withoutWebhook: OpenCall = { webhookToken: null, webhookUrl: null, wakeUps: null, [Symbol.dispose]() {} };

/** As it stands in the address too. */
function toKey(generationId: string, number: number): string {
  return `${generationId}.${number}`;
}
