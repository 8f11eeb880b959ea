import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

let darkroom: Darkroom;
let proxy: FaultProxy;
let api: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
  proxy = await startFaultProxy(darkroom.config.DATABASE_URL ?? '');
  api = await startDarkroom({ beside: darkroom, role: 'api', config: { DATABASE_URL: proxy.url } });
});
afterAll(async () => {
  proxy.heal();
  await api[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

async function ask(path: string) {
  const startedAt = performance.now();
  const response = await fetch(`${api.url}${path}`);
  const milliseconds = performance.now() - startedAt;
  return { status: response.status, body: (await response.json()) as unknown, milliseconds };
}

const faults: readonly Fault[] = [{ kind: 'refuse' }, { kind: 'black-hole' }];

test.each(faults)(
  'while the database is away a process lives, is not ready, and says so soon ($kind)',
  async (fault) => {
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
    proxy.inflict(fault);
    const { milliseconds, ...answer } = await ask('/health/ready');
    expect(answer).toEqual({ status: 503, body: { status: 'not ready', failing: ['database'] } });
    // Two seconds; a loaded machine may be late.
    expect(milliseconds).toBeLessThan(3_500);
    expect(await ask('/health/live')).toMatchObject({ status: 200 });
    proxy.heal();
    await expect.poll(async () => (await ask('/health/ready')).status, { timeout: 10_000 }).toBe(200);
  },
);
