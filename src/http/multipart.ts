import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import { z } from 'zod';
import type { Upload } from '../inputs/image-source.ts';
import { maxBodyBytes } from './body-limits.ts';
import { createBadRequest, createForbidden } from './client-errors.ts';
import { hasPreflightHeader } from './preflight-headers.ts';

/** As many inputs as any model takes, and a mask. */
const maxFiles = 20;
const formDataLimits = { files: maxFiles, fields: 2, fieldSize: maxBodyBytes.json };

/** Throws an error for clients unless the request is one that no web page can send in its visitor's name. */
export function checkPreflight({ headers }: Request): void {
  if (hasPreflightHeader((name) => headers.get(name))) return;
  const message = 'A multipart request needs a header GraphQL-Require-Preflight that is not empty.';
  throw createForbidden(message);
}

/** Yoga's own request, which takes limits that the web's does not know. */
interface LimitableRequest {
  formData(options: { readonly formDataLimits: typeof formDataLimits }): Promise<FormData>;
}

const operationsSchema = z.looseObject({ query: z.string() });
// One file for a thousand variables would be a thousand pictures to decode.
const mapSchema = z.record(z.string(), z.tuple([z.string().startsWith('variables.')]));

/**
 * Reads an operation with its files (https://github.com/jaydenseric/graphql-multipart-request-spec): every file is named
 * once, for a place among the variables that holds null. Throws errors for clients.
 */
export async function parseMultipart(request: LimitableRequest): Promise<GraphQLParams> {
  const form = await readForm(request);
  const operations = parseField(form, 'operations', operationsSchema);
  const places = Object.entries(parseField(form, 'map', mapSchema));
  for (const [name, [path]] of places) place(operations, path, takeUpload(form, name));
  if ([...form.keys()].length > 2) throw createBadRequest('There is a file that the map does not name.');
  return operations;
}

async function readForm(request: LimitableRequest): Promise<FormData> {
  try {
    return await request.formData({ formDataLimits });
  } catch (error) {
    if (error instanceof GraphQLError || !(error instanceof Error) || error.name === 'AbortError') throw error;
    throw createBadRequest(`The multipart form cannot be read: ${error.message}.`);
  }
}

function parseField<Schema extends z.ZodType>(form: FormData, name: string, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(form.get(name)));
  if (parsed.success) return parsed.data;
  throw createBadRequest(`The field “${name}” is missing, or not what the multipart request specification says.`);
}

function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Out of the form, so that nothing but the upload itself holds the bytes. */
function takeUpload(form: FormData, name: string): Upload {
  const file = form.get(name);
  if (file === null || typeof file === 'string') throw createBadRequest(`There is no file “${name}”.`);
  form.delete(name);
  return { sizeBytes: file.size, read: () => Array.fromAsync(file.stream()) };
}

function place(operations: object, path: string, upload: Upload): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>(findOwn, operations);
  if (!isContainer(parent) || findOwn(parent, last) !== null) {
    throw createBadRequest(`There is no null at “${path}” for a file.`);
  }
  parent[last] = upload;
}

function findOwn(container: unknown, key: string): unknown {
  return isContainer(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
