import type { Clock } from '../domain/clock.ts';
import type { ImageModel } from '../domain/image-model.ts';
import type { Secret } from '../domain/secret.ts';
import type { Downloader } from '../network/download.ts';
import type { Fetch } from '../network/fetch.ts';

/** What every provider that calls a vendor is made of. */
export interface VendorDependencies {
  /** For the vendor's own API. */
  readonly fetch: Fetch;
  /** For the URLs that a vendor answers. */
  readonly downloader: Downloader;
  readonly clock: Clock;
}

/** How one vendor is reached, from configuration. */
export interface VendorSettings {
  /** Undefined turns the provider off. */
  readonly apiKey: Secret | undefined;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly models: readonly ImageModel[];
}
