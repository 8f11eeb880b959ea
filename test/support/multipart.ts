import type { Answer, ClientOptions, Variables } from './client.ts';

export interface MultipartRequest {
  readonly query: string;
  /** With null where the files belong. */
  readonly variables: Variables;
  /** By their place, for example `variables.file`. */
  readonly files: Readonly<Record<string, Blob>>;
}

export interface Reply extends Answer {
  readonly status: number;
}

/** Sends an operation with files, as the multipart request specification has it. */
export function sendFiles(client: ClientOptions, { query, variables, files }: MultipartRequest): Promise<Reply> {
  const paths = Object.keys(files);
  const form = toForm({
    operations: JSON.stringify({ query, variables }),
    map: JSON.stringify(Object.fromEntries(paths.map((path, index) => [String(index), [path]]))),
    ...Object.fromEntries(paths.map((path, index) => [String(index), files[path]])),
  });
  return sendForm(client, form);
}

export function toForm(fields: Readonly<Record<string, string | Blob | undefined>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else if (value !== undefined) form.append(name, value);
  }
  return form;
}

/** A form as it is, with the header that is needed unless other ones are given. */
export async function sendForm(
  { url, headers }: ClientOptions,
  body: FormData,
  own: Readonly<Record<string, string>> = { 'graphql-require-preflight': '1' },
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/graphql-response+json', ...headers, ...own },
    body,
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}

export const upload = /* GraphQL */ `
  mutation Upload($file: File!) {
    uploadImage(file: $file) {
      __typename
      ... on UploadImageSuccess {
        replayed
        image {
          id origin mediaType width height sizeBytes sha256 thumbHash seed createdAt
          generation { id } parents { id } usedBy { edges { node { id } } }
          link { href } preview: link(variant: PREVIEW) { href } thumbnail: link(variant: THUMBNAIL) { href }
        }
      }
      ... on InputImageUnusable { message path }
      ... on UserError { message }
    }
  }
`;

/** What `uploadImage` answers. Throws when there are errors. */
export async function uploadAs(client: ClientOptions, bytes: Uint8Array, name = 'picture', type = 'image/png') {
  const file = new File([new Uint8Array(bytes)], name, { type });
  const files = { 'variables.file': file };
  const { data, errors } = await sendFiles(client, { query: upload, variables: { file: null }, files });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.uploadImage;
}
