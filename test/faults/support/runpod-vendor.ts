import { blankPicture } from '../../support/blank-provider.ts';
import { startRunpodStandin } from '../../support/standins/runpod.ts';
import { sendJson } from '../../support/standins/standin.ts';
import { ask, give, startDesk, type Vendor, type VendorOptions } from './vendor.ts';

/** What a job costs at this vendor. */
const costUsd = 0.0123;

interface Order {
  readonly prompt: string;
  readonly readyAt: number;
}

/** The asynchronous vendor: an order gets an id at once, and its work is looked for. It calls back where it is asked to. */
export async function startRunpodVendor({ ledger, workMilliseconds }: VendorOptions): Promise<Vendor> {
  const vendor = 'runpod';
  const standin = await startRunpodStandin();
  const orders = new Map<string, Order>();
  const calls = new AbortController();

  const desk = await startDesk(standin, async (at, request, response) => {
    const [, operation = '', jobId = ''] = /\/(run|status|cancel)(?:\/([\w-]+))?$/.exec(request.path) ?? [];
    if (operation === 'run') {
      const { webhook, ...job } = JSON.parse(request.body.toString());
      const { prompt, width, height } = job.input;
      ledger.note({ vendor, kind: 'asked', prompt });
      const image = (await blankPicture(width, height)).toString('base64');
      standin.play({ status: 'COMPLETED', delayTime: 5, executionTime: 50, output: { image, cost: costUsd } });
      // It is this desk that calls back: when the work is done, not when it is looked at.
      const reply = await ask(at, { ...request, body: Buffer.from(JSON.stringify(job)) });
      const { id } = JSON.parse(reply.text);
      ledger.note({ vendor, kind: 'accepted', prompt, jobId: id });
      const milliseconds = workMilliseconds(prompt);
      orders.set(id, { prompt, readyAt: performance.now() + milliseconds });
      give(response, reply);
      if (webhook === undefined) return;
      ledger.note({ vendor, kind: 'told-webhook', prompt, jobId: id, webhook });
      await callBack({ id, webhook, ready: at.gates.pass(prompt) });
      return;
    }
    const { prompt = '', readyAt = 0 } = orders.get(jobId) ?? {};
    ledger.note({ vendor, kind: operation === 'cancel' ? 'cancelled' : 'looked', prompt, jobId });
    const mayEnd = at.gates.mayEnd(prompt) && performance.now() >= readyAt;
    if (operation === 'status' && !mayEnd) return sendJson(response, 200, { id: jobId, status: 'IN_PROGRESS' });
    const reply = await ask(at, request);
    if (JSON.parse(reply.text).status === 'COMPLETED')
      ledger.note({ vendor, kind: 'delivered', prompt, jobId, costUsd });
    give(response, reply);
  });

  async function callBack({ id, webhook, ready }: { id: string; webhook: string; ready: Promise<void> }) {
    await ready;
    const body = JSON.stringify({ id, status: 'COMPLETED' });
    const headers = { 'content-type': 'application/json' };
    await fetch(webhook, { method: 'POST', headers, body, signal: calls.signal }).catch(() => undefined);
  }

  return {
    ...desk,
    async [Symbol.asyncDispose]() {
      calls.abort();
      await desk[Symbol.asyncDispose]();
    },
  };
}
