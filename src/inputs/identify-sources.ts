import { hash } from 'node:crypto';
import type { InputPlace } from '../domain/input-role.ts';
import { sha256Of } from '../pictures/pieces.ts';
import { checkSize } from './accept-input.ts';
import { decodeDataUrl } from './data-url.ts';
import type { ImageSource, RequestedInput } from './image-source.ts';
import { refuseInput } from './refuse-input.ts';

/** What makes two inputs the same. */
export interface SourceIdentity extends InputPlace {
  /** A file and a data URL of the same bytes are the same, a URL is its text, and a stored image its id. */
  readonly source: { readonly sha256: string } | { readonly url: string } | { readonly imageId: string };
}

/** Looks nothing up and fetches nothing. Throws `InputImageUnusable` for what has no bytes that could be compared. */
export async function identifySources(inputs: readonly RequestedInput[]): Promise<readonly SourceIdentity[]> {
  return Promise.all(
    inputs.map(async ({ role, position, source }) => {
      const place = { role, position };
      return { ...place, source: await identify(source).catch((error) => refuseInput(place, error)) };
    }),
  );
}

async function identify(source: ImageSource): Promise<SourceIdentity['source']> {
  switch (source.kind) {
    case 'stored':
      return { imageId: source.imageId };
    case 'url':
      return { url: source.url };
    case 'dataUrl':
      return { sha256: hash('sha256', decodeDataUrl(source.dataUrl)) };
    case 'upload':
      checkSize(source.upload.sizeBytes);
      return { sha256: sha256Of(await source.upload.read()) };
  }
}
