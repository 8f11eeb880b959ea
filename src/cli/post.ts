import type { InputFile } from './input-images.ts';

/** Where to send it, and what to show there. */
export interface Address {
  readonly url: string;
  readonly apiKey?: string | undefined;
}

export interface GraphQLRequest {
  readonly query: string;
  readonly variables?: object;
}

/** Sends an operation, as a multipart form where files go with it (the GraphQL multipart request specification). */
export function post(
  { url, apiKey }: Address,
  request: GraphQLRequest,
  { signal, files = [] }: { readonly signal: AbortSignal; readonly files?: readonly InputFile[] },
): Promise<Response> {
  const content = files.length === 0 ? toJson(request) : toForm(request, files);
  const headers = { ...content.headers, ...toHeaders(apiKey) };
  return fetch(`${url}/graphql`, { method: 'POST', signal, ...content, headers });
}

/** Nothing where there is no key. */
export function toHeaders(apiKey: string | undefined): { readonly authorization?: string } {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

function toJson(request: GraphQLRequest) {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return { headers, body: JSON.stringify(request) };
}

function toForm(request: GraphQLRequest, files: readonly InputFile[]) {
  const form = new FormData();
  form.set('operations', JSON.stringify(request));
  form.set('map', JSON.stringify(Object.fromEntries(files.map(({ place }, index) => [index, [place]]))));
  for (const [index, { name, bytes }] of files.entries()) form.set(String(index), new Blob([bytes]), name);
  return { headers: { accept: 'application/json', 'graphql-require-preflight': '1' }, body: form };
}
