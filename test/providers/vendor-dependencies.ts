import { afterAll } from 'vitest';
import { createDownloader } from '../../src/network/download.ts';
import { createFetch } from '../../src/network/fetch.ts';
import type { VendorDependencies } from '../../src/providers/vendor.ts';

/** What providers of a file of tests are made of, as the server makes it. Closed after the last test of the file. */
export function openVendorDependencies(): (standin: { readonly url: string }) => VendorDependencies {
  const closing = new AsyncDisposableStack();
  afterAll(() => closing.disposeAsync());
  const { fetch } = closing.use(createFetch());
  return ({ url }) => {
    const downloader = closing.use(createDownloader({ trustedOrigins: [url] }));
    return { fetch, downloader, clock: { now: () => Date.now() } };
  };
}
