import type { Upload } from '../inputs/image-source.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';

builder.scalarType('File', {
  description:
    'A file sent along with the operation (GraphQL multipart request specification, over HTTP only). At most 20 MB.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  serialize() {
    throw new Error('A file is never answered.');
  },
  parseValue(value) {
    if (!isUpload(value)) throw createBadInput('A File is a part of a multipart request.');
    return value;
  },
});

/** No variable and no literal holds a function: what has one was put in its place by us. */
function isUpload(value: unknown): value is Upload {
  return typeof value === 'object' && value !== null && 'read' in value && typeof value.read === 'function';
}
