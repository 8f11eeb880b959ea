import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDownloader, type Downloader } from '../../src/network/download.ts';
import { DownloadError } from '../../src/network/download-error.ts';
import { faults, type Standin, sendText, startStandin } from '../support/standins/standin.ts';
import { download, failureOf } from './fixtures.ts';

let standin: Standin;
let downloader: Downloader;
beforeAll(async () => {
  standin = await startStandin(({ path }, response) => {
    // `/redirect/3` leads to the bytes in three steps.
    const steps = Number(/^\/redirect\/(\d+)$/.exec(path)?.[1] ?? 0);
    if (steps === 0) sendText(response, 200, 'the bytes');
    else response.writeHead(302, { location: steps === 1 ? '../bytes' : `/redirect/${steps - 1}` }).end();
  });
  downloader = createDownloader({ trustedOrigins: [standin.url] });
});
afterAll(async () => {
  await downloader[Symbol.asyncDispose]();
  await standin[Symbol.asyncDispose]();
});

const unreached = 'The address is not public, or nobody answers there.';

async function refusalOf(path: string, wishes = {}): Promise<DownloadError> {
  const refusal = await failureOf(download(downloader, `${standin.url}${path}`, wishes));
  expect(refusal).toBeInstanceOf(DownloadError);
  const error = refusal as DownloadError;
  expect(error.message).not.toContain('127.0.0.1');
  return error;
}

test('the bytes of an address are had, asked for as pictures that we take', async () => {
  expect(Buffer.from(await download(downloader, `${standin.url}/picture?x=1`)).toString()).toBe('the bytes');
  const { method, path, headers } = standin.received.at(-1) ?? {};
  expect({ method, path, headers }).toEqual({
    method: 'GET',
    path: '/picture?x=1',
    headers: {
      host: new URL(standin.url).host,
      connection: 'close',
      accept: 'image/png, image/jpeg, image/webp, */*;q=0.1',
      'accept-encoding': 'identity',
      'user-agent': 'Darkroom',
    },
  });
});

describe('redirects', () => {
  test.for([1, 2, 3])('%i of them are followed', async (steps) => {
    const bytes = await download(downloader, `${standin.url}/redirect/${steps}`);
    expect(Buffer.from(bytes).toString()).toBe('the bytes');
  });

  test.for([301, 302, 303, 307, 308])('%i is one', async (status) => {
    standin.interject(/moved/, (_, response) => void response.writeHead(status, { location: '/bytes' }).end());
    expect(Buffer.from(await download(downloader, `${standin.url}/moved`)).toString()).toBe('the bytes');
  });

  test('more than three are refused', async () => {
    expect(await refusalOf('/redirect/4')).toMatchObject({ message: 'It redirects without end.', retryable: false });
  });

  test('a circle is refused', async () => {
    const before = standin.received.length;
    for (let times = 0; times < 4; times += 1) {
      standin.interject(/circle/, (_, response) => void response.writeHead(302, { location: '/circle' }).end());
    }
    expect(await refusalOf('/circle')).toMatchObject({ message: 'It redirects without end.', retryable: false });
    expect(standin.received.length - before).toBe(4);
  });

  test.for([
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:image/png;base64,AAAA',
    'http://a:b@example.com/',
    'http://',
  ])('to %s are not followed', async (location) => {
    standin.interject(/away/, (_, response) => void response.writeHead(302, { location }).end());
    expect(await refusalOf('/away')).toMatchObject({ message: unreached, retryable: true });
  });

  test('that say not where to are refused', async () => {
    standin.interject(/nowhere/, (_, response) => void response.writeHead(302).end());
    expect(await refusalOf('/nowhere')).toMatchObject({ message: 'The address answered 302.', retryable: false });
  });
});

test.for([
  [304, false],
  [401, false],
  [404, false],
  [410, false],
  [429, true],
  [500, true],
  [503, true],
] as const)('an answer of %i is refused; that it may work later is %s', async ([status, retryable]) => {
  standin.interject(/refused/, (_, response) => sendText(response, status, status === 304 ? '' : 'No.'));
  expect(await refusalOf('/refused')).toMatchObject({ message: `The address answered ${status}.`, retryable });
});

describe('how much is read', () => {
  const answerWith = (bytes: Buffer, headers = {}) => {
    standin.interject(/large/, (_, response) => void response.writeHead(200, headers).end(bytes));
  };

  test('as much as is allowed is fine', async () => {
    answerWith(Buffer.alloc(1000, 7));
    expect((await download(downloader, `${standin.url}/large`)).byteLength).toBe(1000);
  });

  test('one byte more is refused', async () => {
    answerWith(Buffer.alloc(1001, 7));
    expect(await refusalOf('/large')).toMatchObject({ message: 'The answer is too large.', retryable: false });
  });

  test('what says that it is larger is not even begun', async () => {
    standin.interject(/large/, (_, response) => void response.writeHead(200, { 'content-length': '1001' }).write('.'));
    expect(await refusalOf('/large')).toMatchObject({ message: 'The answer is too large.' });
  });

  test('what is packed is refused', async () => {
    answerWith(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' });
    expect(await refusalOf('/large')).toMatchObject({ message: 'The answer is packed.', retryable: false });
  });

  test('an answer without end is left', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    standin.interject(/large/, async (request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(Buffer.alloc(100)), 1);
      await request.left;
      clearInterval(drip);
      resolve();
    });
    expect(await refusalOf('/large')).toMatchObject({ message: 'The answer is too large.' });
    await left;
  });
});

describe('how long it takes', () => {
  const timeoutMilliseconds = 200;

  test('an address that never answers is given up', async () => {
    standin.interject(/slow/, faults.silence);
    const refusal = await refusalOf('/slow', { timeoutMilliseconds });
    expect(refusal).toMatchObject({ message: unreached, retryable: true });
  });

  test('an answer that drips is given up, however much has come', async () => {
    standin.interject(/slow/, async (request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 20);
      await request.left;
      clearInterval(drip);
    });
    expect(await refusalOf('/slow', { timeoutMilliseconds })).toMatchObject({ message: 'It took too long.' });
  });

  test('redirects do not begin the time anew', async () => {
    for (let times = 0; times < 4; times += 1) {
      standin.interject(/slow/, (_, response) => {
        setTimeout(() => response.writeHead(302, { location: '/slow' }).end(), 80);
      });
    }
    expect(await refusalOf('/slow', { timeoutMilliseconds })).toMatchObject({ message: unreached });
  });

  test('whoever stops it gets their reason, and the address is left', async () => {
    const abort = new AbortController();
    const reason = new Error('Enough of it.');
    const { promise: left, resolve } = Promise.withResolvers<void>();
    standin.interject(/stopped/, async (request) => {
      abort.abort(reason);
      await request.left;
      resolve();
    });
    const stopped = download(downloader, `${standin.url}/stopped`, { signal: abort.signal });
    expect(await failureOf(stopped)).toBe(reason);
    await left;
  });

  test('nobody is asked when it was stopped before', async () => {
    const before = standin.received.length;
    const reason = new Error('Not even begun.');
    const signal = AbortSignal.abort(reason);
    expect(await failureOf(download(downloader, `${standin.url}/bytes`, { signal }))).toBe(reason);
    expect(standin.received.length).toBe(before);
  });
});

describe('broken connections', () => {
  test('an answer that is cut off may work later', async () => {
    standin.interject(/cut/, faults.cut);
    const message = 'The connection broke before the answer was there.';
    expect(await refusalOf('/cut')).toMatchObject({ message, retryable: true });
  });

  test('an address where nobody is may work later', async () => {
    const gone = await startStandin(() => undefined);
    await gone[Symbol.asyncDispose]();
    await using own = createDownloader({ trustedOrigins: [gone.url] });
    const refusal = await failureOf(download(own, `${gone.url}/`));
    expect(refusal).toBeInstanceOf(DownloadError);
    expect(refusal).toMatchObject({ message: unreached, retryable: true });
  });

  test('a server that speaks something else is refused', async () => {
    standin.interject(/odd/, (_, response) => void response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n'));
    expect(await refusalOf('/odd')).toMatchObject({ retryable: true });
  });
});
