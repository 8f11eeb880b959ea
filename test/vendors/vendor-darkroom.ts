import { readConfig } from '../../src/config.ts';
import { createVendors } from '../../src/vendors.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';

/** A whole server whose providers are those of this configuration. */
export async function startVendorDarkroom(environment: Readonly<Record<string, string>>): Promise<Darkroom> {
  await using stack = new AsyncDisposableStack();
  const vendors = stack.use(createVendors(readConfig(environment, '/no/such/file'), { now: Date.now }));
  const darkroom = stack.use(await startDarkroom({ providers: vendors.providers }));
  const resources = stack.move();
  return { ...darkroom, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
