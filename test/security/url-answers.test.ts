import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDownloader, type Downloader } from '../../src/network/download.ts';
import { createFairDownloader } from '../../src/network/fair-downloader.ts';
import { download, failureOf } from '../network/fixtures.ts';

const maxBytes = 20 * 1024 * 1024;
const unreached = 'The address is not public, or nobody answers there.';
const tooLarge = 'The answer is too large.';
const tooSlow = 'It took too long.';
const packed = 'The answer is packed.';
const broken = 'The connection broke before the answer was there.';

/** Says what it likes, as soon as it is asked or connected to. Resolves when its client has gone. */
type Script = (socket: Socket) => void;

/** A server that speaks bytes. Its address may be asked: what it answers is what is tried. */
async function playTo<Result>(script: Script, ask: (url: string) => Promise<Result>): Promise<Result> {
  const left = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('close', () => left.resolve());
    socket.once('data', () => script(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const result = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await left.promise;
  await once(server.close(), 'close');
  return result;
}

async function openDoor(url: string): Promise<Downloader> {
  const pace = { bytesPerSecond: 10_000, afterMilliseconds: 500 };
  const patience = { answerMilliseconds: 1_000, refusalMilliseconds: 0, pace };
  return createDownloader({ trustedOrigins: [new URL(url).origin], patience });
}

function refusalOf(script: Script): Promise<unknown> {
  return playTo(script, async (url) => {
    await using door = await openDoor(url);
    return await failureOf(download(door, `${url}/a.png`, { maxBytes, timeoutMilliseconds: 20_000 }));
  });
}

const head = (...lines: readonly string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
/** Again and again, for as long as somebody listens. */
const repeat = (socket: Socket, milliseconds: number, bytes: string | Buffer) => {
  const timer = setInterval(() => socket.write(bytes), milliseconds);
  socket.on('close', () => clearInterval(timer));
};
const flood = (socket: Socket, chunk: Buffer) => {
  const pour = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', pour);
  pour();
};
const bomb = gzipSync(Buffer.alloc(50_000_000));

describe('answers of user URLs that want to do harm', () => {
  test.for<readonly [string, Script, string]>([
    [
      '99: chunks without end',
      (socket) => {
        socket.write(head('transfer-encoding: chunked'));
        const megabyte = Buffer.alloc(1024 ** 2, 'a');
        flood(socket, Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')]));
      },
      tooLarge,
    ],
    [
      '99: bytes without end and without length',
      (socket) => {
        socket.write(head('content-type: image/png'));
        flood(socket, Buffer.alloc(1024 ** 2, 'a'));
      },
      tooLarge,
    ],
    [
      '100: a gzip bomb',
      (socket) => void socket.end(Buffer.concat([Buffer.from(head('content-encoding: gzip')), bomb])),
      packed,
    ],
    [
      '100: gzip in gzip',
      (socket) => void socket.end(Buffer.concat([Buffer.from(head('content-encoding: gzip, gzip')), gzipSync(bomb)])),
      packed,
    ],
    [
      '100: a Brotli bomb',
      (socket) => {
        const small = brotliCompressSync(Buffer.alloc(1_000_000));
        socket.end(Buffer.concat([Buffer.from(head('content-encoding: br')), small]));
      },
      packed,
    ],
    [
      '100: two encodings in two headers',
      (socket) => void socket.end(head('content-encoding: gzip', 'content-encoding: br')),
      packed,
    ],
    ['101: fewer bytes than promised', (socket) => void socket.end(`${head('content-length: 1000')}short`), broken],
    ['101: a length of 30 MB', (socket) => void socket.write(head(`content-length: ${30 * 1024 ** 2}`)), tooLarge],
    ['101: a negative length', (socket) => void socket.end(`${head('content-length: -1')}a`), unreached],
    ['101: two lengths', (socket) => void socket.end(`${head('content-length: 1', 'content-length: 2')}ab`), unreached],
    [
      '101: a length and chunks',
      (socket) => void socket.end(`${head('content-length: 3', 'transfer-encoding: chunked')}1\r\na\r\n0\r\n\r\n`),
      unreached,
    ],
    [
      '101: interim answers without end',
      (socket) => flood(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(100))),
      unreached,
    ],
    ['101: 64 KB of headers', (socket) => void socket.end(head(`x: ${'a'.repeat(65_536)}`)), unreached],
    [
      '101: headers without end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        flood(socket, Buffer.from('x: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(100)));
      },
      unreached,
    ],
    [
      '102: a head that drips',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        repeat(socket, 100, 'x: a\r\n');
      },
      unreached,
    ],
    [
      '102: a body that drips',
      (socket) => {
        socket.write(head('content-length: 1000'));
        repeat(socket, 100, 'a');
      },
      tooSlow,
    ],
    [
      '102: a body that stops',
      (socket) => void socket.write(`${head('content-length: 100000')}${'a'.repeat(2_000)}`),
      tooSlow,
    ],
    [
      '104: a part of it',
      (socket) => void socket.end('HTTP/1.1 206 Partial Content\r\ncontent-length: 1\r\n\r\na'),
      'The address answered 206.',
    ],
    ['104: nothing', (socket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n'), 'The address answered 204.'],
    ['another protocol', (socket) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n'), unreached],
    [
      'a change of protocol',
      (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
      unreached,
    ],
    ['silence', () => undefined, unreached],
    [
      'a redirect to itself',
      (socket) => void socket.end('HTTP/1.1 302 Found\r\nlocation: \r\ncontent-length: 0\r\n\r\n'),
      'It redirects without end.',
    ],
  ])('%s', async ([, script, message]) => {
    const before = process.memoryUsage.rss();
    expect(await refusalOf(script)).toMatchObject({ name: 'DownloadError', message });
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 ** 2);
  });

  test('101: more bytes than promised are not read', async () => {
    const bytes = await playTo(
      (socket) => void socket.end(`${head('content-length: 5')}short and more of it`),
      async (url) => {
        await using door = await openDoor(url);
        return await download(door, url);
      },
    );
    expect(Buffer.from(bytes).toString()).toBe('short');
  });

  test('102: a TLS handshake that nobody answers', async () => {
    const server = createServer((socket) => void socket.resume().on('error', () => undefined));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using door = await openDoor(url);
    expect(await failureOf(download(door, url))).toMatchObject({ name: 'DownloadError', message: unreached });
    await once(server.close(), 'close');
  });
});

describe('user URLs, many of one user', () => {
  let door: Downloader;
  let most = 0;
  let now = 0;
  beforeAll(() => {
    const work = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return new Uint8Array();
    };
    const downloader = { download: work, [Symbol.asyncDispose]: async () => undefined };
    door = createFairDownloader(downloader, { atOnce: 2, perMinute: 10 });
  });
  afterAll(() => door[Symbol.asyncDispose]());

  test('are fetched some at a time, and no more than a share of them, whoever else waits', async () => {
    const fetch = (onBehalfOf: string) => download(door, 'https://good.com/', { onBehalfOf });
    const outcomes = await Promise.allSettled(Array.from({ length: 14 }, () => fetch('alice')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(most).toBe(2);
    const message = 'You fetch too many images at this time.';
    expect(await failureOf(fetch('alice'))).toMatchObject({ name: 'DownloadError', message, retryable: true });
    expect(await fetch('bob')).toBeInstanceOf(Uint8Array);
  });
});
