import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDownloader, type Downloader } from '../../src/network/download.ts';
import { type Standin, sendText, startStandin } from '../support/standins/standin.ts';
import { download, failureOf } from './fixtures.ts';

/** Listens on this machine and must never be asked. */
let canary: Standin;
let port: string;
let downloader: Downloader;
beforeAll(async () => {
  canary = await startStandin((_, response) => sendText(response, 200, 'a secret'));
  port = new URL(canary.url).port;
  downloader = createDownloader({ trustedOrigins: [] });
});
afterEach(() => {
  expect(canary.received).toEqual([]);
});
afterAll(async () => {
  await downloader[Symbol.asyncDispose]();
  await canary[Symbol.asyncDispose]();
});

const message = 'The address is not public, or nobody answers there.';
const unreached = { name: 'DownloadError', message, retryable: true };

/** Addresses with the canary's port in place of the word. */
const at = (url: string) => url.replace('PORT', port);

test.for([
  'http://127.0.0.1:PORT/',
  'https://127.0.0.1:PORT/',
  'HTTP://127.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f.1:PORT/',
  'http://0177.0.0.01:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://127.127.127.127:PORT/',
  'http:127.0.0.1:PORT',
  'http:/127.0.0.1:PORT',
  'http:\\\\127.0.0.1:PORT',
  'http://127.0.0.1\t:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[64:ff9b::7f00:1]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://168.63.129.16/',
  'http://localhost:PORT/',
  'http://ⓛocalhost:PORT/',
  'https://localhost:PORT/',
])('%s is refused, and nobody is asked', async (url) => {
  expect(await failureOf(download(downloader, at(url)))).toMatchObject(unreached);
});

test.for([
  '',
  'picture.png',
  '//example.com/x',
  'file:///etc/passwd',
  'ftp://example.com/x',
  'gopher://127.0.0.1:PORT/',
  'javascript:alert(1)',
  'data:image/png;base64,AAAA',
  'blob:http://127.0.0.1/1',
  'http://user@127.0.0.1:PORT/',
  'http://user:secret@example.com/',
  'http://127.0.0.1:PORT@example.com/',
  'http://[fe80::1%25eth0]/',
  'http://127.0.0.1%00.example.com/',
  'http://example.com:99999/',
])('%s is no address to fetch from', async (url) => {
  expect(await failureOf(download(downloader, at(url)))).toMatchObject(unreached);
});

describe('a name', () => {
  /** A name server that knows one answer. */
  const answering = (...addresses: readonly string[]) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return createDownloader({ trustedOrigins: [], resolve: async () => found });
  };

  test.for([
    [['127.0.0.1']],
    [['::1']],
    [['10.0.0.7']],
    [['169.254.169.254']],
    // Whichever is tried first must not matter.
    [['93.184.216.34', '127.0.0.1']],
    [['127.0.0.1', '93.184.216.34']],
    [['2606:4700:4700::1111', '::1']],
    [[]],
  ] as const)('that leads to %j is refused', async ([addresses]) => {
    await using own = answering(...addresses);
    expect(await failureOf(download(own, at('http://inside.example.com:PORT/')))).toMatchObject(unreached);
    expect(await failureOf(download(own, at('https://inside.example.com:PORT/')))).toMatchObject(unreached);
  });

  test('that nobody knows is told as if it were private', async () => {
    const resolve = () => Promise.reject(new Error('not found'));
    await using own = createDownloader({ trustedOrigins: [], resolve });
    expect(await failureOf(download(own, 'http://nobody.example.com/'))).toMatchObject(unreached);
  });
});

describe('a trusted origin', () => {
  test('leads nowhere else by redirecting', async () => {
    await using trusted = await startStandin(({ path }, response) => {
      response.writeHead(307, { location: at(decodeURIComponent(path.slice(1))) }).end();
    });
    await using own = createDownloader({ trustedOrigins: [trusted.url] });
    for (const location of [
      'http://127.0.0.1:PORT/',
      'http://localhost:PORT/',
      'http://[::1]:PORT/',
      'https://127.0.0.1:PORT/',
    ]) {
      const url = `${trusted.url}/${encodeURIComponent(location)}`;
      expect(await failureOf(download(own, url)), location).toMatchObject(unreached);
    }
    expect(trusted.received).toHaveLength(4);
  });

  test('is that scheme, host and port, and no other', async () => {
    await using own = createDownloader({ trustedOrigins: ['http://127.0.0.1:1', at('https://127.0.0.1:PORT')] });
    expect(await failureOf(download(own, canary.url))).toMatchObject(unreached);
    expect(await failureOf(download(own, at('http://localhost:PORT/')))).toMatchObject(unreached);
  });
});
