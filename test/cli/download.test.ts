import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { downloadImage } from '../../src/cli/download.ts';

const bytes = Buffer.from('a picture');
let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer(({ url }, response) => response.writeHead(url === '/gone' ? 404 : 200).end(bytes));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

function imageAt(path: string, sha256: string) {
  const size = { width: 64, height: 64, sizeBytes: bytes.length, mediaType: 'image/png' };
  return { ...size, sha256, seed: '7', permalink: '', link: { href: `${origin}${path}` } };
}

const sha256 = createHash('sha256').update(bytes).digest('hex');
const { signal } = new AbortController();

test('the bytes are those that the server stored', async () => {
  expect(Buffer.from(await downloadImage(imageAt('/', sha256), signal))).toEqual(bytes);
});

test('other bytes are refused', async () => {
  await expect(downloadImage(imageAt('/', '0'.repeat(64)), signal)).rejects.toThrow('The picture arrived damaged');
});

test('a link that does not work is told with its status', async () => {
  await expect(downloadImage(imageAt('/gone', sha256), signal)).rejects.toThrow('the answer is 404');
});
