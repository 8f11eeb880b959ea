import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { plain } from '../pictures/sample-pictures.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { sendForm, toForm } from '../support/multipart.ts';

let darkroom: Darkroom;
let picture: Blob;
beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api' });
  picture = new Blob([new Uint8Array(await plain(10, 10).png().toBuffer())]);
});
afterAll(() => darkroom[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await darkroom.client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
});

const query = 'mutation ($file: File!) { uploadImage(file: $file) { __typename } }';
const operations = JSON.stringify({ query, variables: { file: null } });
const map = JSON.stringify({ 0: ['variables.file'] });
const good = () => ({ operations, map, 0: picture });
const success = { data: { uploadImage: { __typename: 'UploadImageSuccess' } } };

const send = (fields: Parameters<typeof toForm>[0], headers?: Record<string, string>) =>
  sendForm(darkroom.client, toForm(fields), headers);

describe('what a web page could send in its visitor’s name is refused', () => {
  const countImages = () => darkroom.database.prisma.image.count();
  const refusal = {
    status: 403,
    errors: [
      {
        message: 'A multipart request needs a header GraphQL-Require-Preflight that is not empty.',
        extensions: { code: 'FORBIDDEN' },
      },
    ],
  };

  test('a form without a header that only scripts can set', async () => {
    expect(await send(good(), {})).toMatchObject(refusal);
    expect(await send(good(), { 'graphql-require-preflight': '' })).toMatchObject(refusal);
    expect(await send(good(), { 'x-requested-with': 'XMLHttpRequest' })).toMatchObject(refusal);
    expect(await countImages()).toBe(0);
  });

  test.for(['GraphQL-Require-Preflight', 'Apollo-Require-Preflight', 'x-graphql-yoga-csrf'])(
    'with %s it is taken',
    async (name) => {
      expect(await send(good(), { [name]: 'true' })).toMatchObject({ status: 200, ...success });
    },
  );
});

test('an operation without files may come as a form too', async () => {
  const fields = { operations: JSON.stringify({ query: '{ viewer { name } }' }), map: '{}' };
  expect(await send(fields)).toMatchObject({ status: 200, data: { viewer: { name: null } } });
});

describe('a form that is not as the specification says is refused', () => {
  const missing = (name: string) =>
    `The field “${name}” is missing, or not what the multipart request specification says.`;
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [index, `variables.files.${index}`]));
  const twice = ['variables.file', 'variables.other'];
  const files = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, picture]));

  test.for<readonly [string, () => Record<string, string | Blob>, string]>([
    ['without operations', () => ({ map, 0: picture }), missing('operations')],
    ['with operations that are no JSON', () => ({ ...good(), operations: '{' }), missing('operations')],
    ['with a list of operations', () => ({ ...good(), operations: `[${operations}]` }), missing('operations')],
    ['with operations as a file', () => ({ ...good(), operations: new Blob([operations]) }), missing('operations')],
    ['without a query', () => ({ ...good(), operations: '{"variables":{"file":null}}' }), missing('operations')],
    ['without a map', () => ({ operations, 0: picture }), missing('map')],
    ['with a map that is no JSON', () => ({ ...good(), map: 'x' }), missing('map')],
    ['with a map that is a list', () => ({ ...good(), map: '[["variables.file"]]' }), missing('map')],
    ['with a file for two places', () => ({ ...good(), map: JSON.stringify({ 0: twice }) }), missing('map')],
    [
      'with a file for a thousand places',
      () => ({ ...good(), map: JSON.stringify({ 0: Object.values(many) }) }),
      missing('map'),
    ],
    ['with a file for no place', () => ({ ...good(), map: '{"0":[]}' }), missing('map')],
    ['with a file for the query', () => ({ ...good(), map: '{"0":["query"]}' }), missing('map')],
    ['with a map for a file that is not there', () => ({ operations, map }), 'There is no file “0”.'],
    ['with a text in place of a file', () => ({ operations, map, 0: 'text' }), 'Fields limit exceeded: 2.'],
    [
      'with a file that no place is for',
      () => ({ ...good(), 1: picture }),
      'There is a file that the map does not name.',
    ],
    ['with 21 files', () => ({ operations, map, ...files(21) }), 'Files limit exceeded: 20.'],
    ['with a thousand fields', () => ({ ...good(), ...many }), 'Fields limit exceeded: 2.'],
  ])('%s', async ([, toFields, message]) => {
    const reply = await send(toFields());
    expect(reply).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(reply.errors?.[0]?.message).toContain(message);
    expect(reply).not.toHaveProperty('data');
  });

  test.for([
    'variables.other',
    'variables.file.name',
    'variables.list.0',
    'variables.',
    'variables.__proto__.x',
    'variables.__proto__.__proto__',
    'variables.constructor.prototype.x',
    'variables.list.length',
  ])('with a file for %s, where no null is', async (path) => {
    const variables = { file: null, list: [] };
    const fields = {
      operations: JSON.stringify({ query, variables }),
      map: JSON.stringify({ 0: [path] }),
      0: picture,
    };
    const reply = await send(fields);
    expect(reply.errors).toMatchObject([{ message: `There is no null at “${path}” for a file.` }]);
    expect({}).not.toHaveProperty('x');
  });

  test('with two files for one place', async () => {
    const both = JSON.stringify({ 0: ['variables.file'], 1: ['variables.file'] });
    const reply = await send({ ...good(), map: both, 1: picture });
    expect(reply.errors).toMatchObject([{ message: 'There is no null at “variables.file” for a file.' }]);
  });

  test.for([
    ['without a boundary', 'multipart/form-data', 'x'],
    [
      'that has no end',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{}',
    ],
    ['that is empty', 'multipart/form-data; boundary=x', ''],
    ['that is noise', 'multipart/form-data; boundary=x', 'noise'],
  ] as const)('%s', async ([, contentType, body]) => {
    const headers = { ...darkroom.client.headers, 'content-type': contentType, 'graphql-require-preflight': '1' };
    const response = await fetch(darkroom.client.url, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

describe('how much a form may hold', () => {
  const large = (megabytes: number) => new Blob([new Uint8Array(megabytes * 1024 * 1024)]);
  const tooLarge = { status: 413, errors: [{ extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' } }] };

  test('three files of 20 MB are a request', async () => {
    const document = `mutation ($a: File!, $b: File!, $c: File!) {
      a: uploadImage(file: $a) { __typename } b: uploadImage(file: $b) { __typename } c: uploadImage(file: $c) { __typename }
    }`;
    const fields = {
      operations: JSON.stringify({ query: document, variables: { a: null, b: null, c: null } }),
      map: JSON.stringify({ 0: ['variables.a'], 1: ['variables.b'], 2: ['variables.c'] }),
      ...{ 0: large(20), 1: large(20), 2: large(20) },
    };
    const refused = { __typename: 'InputImageUnusable' };
    expect(await send(fields)).toMatchObject({ status: 200, data: { a: refused, b: refused, c: refused } });
  });

  test('more than 64 MB are refused, told or not', async () => {
    expect(await send({ ...good(), 0: large(65) })).toMatchObject(tooLarge);
  });

  test('who does not tell how much they send is refused when it is too much', async () => {
    const { hostname, port } = new URL(darkroom.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const answered = once(socket, 'data');
    const head = [
      'POST /graphql HTTP/1.1',
      'host: x',
      'content-type: multipart/form-data; boundary=x',
      'graphql-require-preflight: 1',
    ];
    socket.write(`${[...head, 'transfer-encoding: chunked'].join('\r\n')}\r\n\r\n`);
    const part = '--x\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n';
    socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
    const megabyte = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000), Buffer.from('\r\n')]);
    for (let sent = 0; sent < 66; sent += 1) socket.write(megabyte);
    expect(String((await answered)[0])).toMatch(/^HTTP\/1.1 413/);
    socket.destroy();
  });

  test('who leaves in the middle leaves nothing behind', async () => {
    const { hostname, port } = new URL(darkroom.url);
    const socket = connect(Number(port), hostname);
    const head = [
      'POST /graphql HTTP/1.1',
      'host: x',
      'content-type: multipart/form-data; boundary=x',
      'graphql-require-preflight: 1',
    ];
    socket.write(`${[...head, 'content-length: 1000000'].join('\r\n')}\r\n\r\n--x\r\n`);
    await once(socket, 'ready');
    socket.destroy();
    await once(socket, 'close');
  });
});
