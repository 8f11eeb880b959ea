import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDownloader, type Downloader, type DownloaderOptions } from '../../src/network/download.ts';
import { parseTarget } from '../../src/network/target.ts';
import { createUrlRule } from '../../src/network/url-rule.ts';
import { download, failureOf } from '../network/fixtures.ts';
import { toModel } from '../support/blank-provider.ts';
import { startDarkroom } from '../support/darkroom.ts';
import { createStage } from '../support/stage.ts';
import { type Answer, type Standin, sendText, startStandin } from '../support/standins/standin.ts';
import { type Canary, startCanary } from './support/canary.ts';
import { ipv6, loopback, metadata, redirects, reserved, schemes, tricks } from './support/url-corpus.ts';

const toHere = async () => [{ address: '127.0.0.1', family: 4 }];

let canary: Canary;
let server: Standin;
/** As users' URLs are fetched, on the canary's port as well. */
let strict: Downloader;
/** Without rules for names, schemes and ports: what the address alone decides. */
let lax: Downloader;
beforeAll(async () => {
  canary = await startCanary();
  server = await startStandin(({ path }, response) => {
    response.writeHead(302, { location: at(decodeURIComponent(path.slice(1))) }).end();
  });
  const ports = [80, 443, canary.port];
  const mayAsk = createUrlRule({ protocols: ['http:', 'https:'], ports, hosts: undefined });
  strict = createDownloader({ trustedOrigins: [server.url], mayAsk, resolve: toHere });
  lax = createDownloader({ trustedOrigins: [server.url], resolve: toHere });
});
afterEach(() => {
  expect(canary.hits()).toBe(0);
});
afterAll(async () => {
  for (const closing of [strict, lax, server, canary]) await closing?.[Symbol.asyncDispose]();
});

const at = (url: string) => url.replaceAll('PORT', String(canary.port));
const message = 'The address is not public, or nobody answers there.';
const refusal = { name: 'DownloadError', message, retryable: true };
const withOwn = async (options: Partial<DownloaderOptions>, url: string) => {
  await using own = createDownloader({ trustedOrigins: [], ...options });
  return await failureOf(download(own, at(url)));
};

const groups = { loopback, ipv6, reserved, metadata, schemes, tricks };
const publicLiteral = 78;

describe('user URLs that must lead nowhere', () => {
  for (const [group, urls] of Object.entries(groups)) {
    test.for(urls)(`${group} %s: %s`, async ([number, url]) => {
      expect(await failureOf(download(strict, at(url)))).toMatchObject(refusal);
      // That one is a public address: without the rule for names it would be asked.
      if (number !== publicLiteral) expect(await failureOf(download(lax, at(url)))).toMatchObject(refusal);
    });
  }

  test.for(redirects)('a redirect, %s: %s', async ([, location]) => {
    const url = `${server.url}/${encodeURIComponent(location)}`;
    const asked = server.received.length;
    expect(await failureOf(download(strict, url))).toMatchObject(refusal);
    expect(await failureOf(download(lax, url))).toMatchObject(refusal);
    expect(server.received.length).toBe(asked + 2);
  });

  test('95: a redirect from https to http', () => {
    const to = (text: string) => parseTarget({ text, from: new URL('https://good.com/a') }, () => true);
    for (const location of ['http://good.com/a', 'http://other.com/']) expect(() => to(location)).toThrow('to http');
    expect(to('/b').href).toBe('https://good.com/b');
  });

  test('96: redirects in a circle', async () => {
    const asked = server.received.length;
    for (let times = 0; times < 21; times += 1) {
      server.interject(/circle/, (_, response) => void response.writeHead(302, { location: '/circle' }).end());
    }
    const message = 'It redirects without end.';
    expect(await failureOf(download(strict, `${server.url}/circle`))).toMatchObject({ name: 'DownloadError', message });
    expect(server.received.length).toBe(asked + 4);
  });

  test('the canary is where it is looked for', async () => {
    await using bird = await startCanary();
    for (const host of ['127.0.0.1', '127.127.127.127', '[::1]']) {
      await fetch(`http://${host}:${bird.port}/`).catch(() => undefined);
    }
    expect(bird.hits()).toBe(3);
  });
});

describe('user URLs with names that answer oddly', () => {
  const turnAround: Answer = (_, response) => void response.writeHead(302, { location: '/again' }).end();
  const v4 = (address: string) => ({ address, family: 4 });
  const v6 = (address: string) => ({ address, family: 6 });

  test.for([
    ['66: this machine', [v4('127.0.0.1')]],
    ['67: a public address and this machine', [v4('93.184.216.34'), v4('127.0.0.1')]],
    ['67: this machine and a public address', [v4('127.0.0.1'), v4('93.184.216.34')]],
    ['67: public in one family, private in the other', [v4('93.184.216.34'), v6('fd00::1')]],
    ['68: this machine in IPv6 alone', [v6('::1')]],
    ['70: a name of the network, wherever its chain of names ends', [v4('10.1.2.3')]],
    ['71: a wildcard of somebody else', [v4('127.0.0.1')]],
    ['72: 500 addresses', Array.from({ length: 500 }, (_, index) => v4(`93.184.${index >> 8}.${index & 255}`))],
    ['no address at all', []],
  ] as const)('%s', async ([, addresses]) => {
    for (const url of ['http://127.0.0.1.nip.io:PORT/', 'https://pictures.good.com:PORT/']) {
      expect(await withOwn({ resolve: async () => addresses }, url)).toMatchObject(refusal);
    }
  });

  test('69: public first, private at the second question', async () => {
    const answers = ['127.0.0.2', '127.0.0.1'];
    const asked: string[] = [];
    await using rebinder = await startStandin(turnAround, { address: '127.0.0.2', port: canary.port });
    const resolve = async () => [v4(answers.shift() ?? '127.0.0.1')];
    await using own = createDownloader({
      trustedOrigins: [],
      resolve,
      isAllowed: (address) => {
        asked.push(address);
        return address === '127.0.0.2';
      },
    });
    expect(await failureOf(download(own, at('http://rebind.good.com:PORT/')))).toMatchObject(refusal);
    expect(rebinder.received).toHaveLength(1);
    // Each at the name's answer; the first once more when it stood.
    expect(asked).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.1']);
  });

  test('a connection that stands somewhere else is closed before anything is said', async () => {
    await using other = await startStandin(turnAround, { address: '127.0.0.2' });
    const verdicts = [true, false];
    const isAllowed = () => verdicts.shift() ?? false;
    const url = other.url.replace('127.0.0.2', 'good.com');
    expect(await withOwn({ isAllowed, resolve: async () => [v4('127.0.0.2')] }, url)).toMatchObject(refusal);
    expect(other.received).toEqual([]);
  });

  test('73: a name server that never answers', async () => {
    expect(await withOwn({ resolve: () => new Promise(() => undefined) }, 'https://silent.good.com/')).toMatchObject(
      refusal,
    );
  });
});

describe('user URLs, told apart by the time that they take', () => {
  test('refused, unknown and deserted addresses take equally long', async () => {
    const deserted = await startStandin(() => undefined);
    await deserted[Symbol.asyncDispose]();
    const patience = { answerMilliseconds: 5_000, refusalMilliseconds: 1_500 };
    const resolve = async (name: string) => {
      if (name === 'unknown.good.com') throw new Error('not found');
      return toHere();
    };
    await using own = createDownloader({ trustedOrigins: [deserted.url], patience, resolve });
    const times = [
      'http://10.0.0.1/',
      'http://inside.good.com/',
      'http://unknown.good.com/',
      deserted.url,
      'no URL',
    ].map(async (url) => {
      const begun = performance.now();
      expect(await failureOf(download(own, url))).toMatchObject(refusal);
      return performance.now() - begun;
    });
    for (const milliseconds of await Promise.all(times)) expect(milliseconds).toBeGreaterThan(1_490);
  });
});

describe('user URLs and what the operator allows', () => {
  const rule = (hosts?: readonly string[]) => createUrlRule({ protocols: ['https:'], ports: [443], hosts });

  test.for([
    ['https://pictures.example.com/a.png', true],
    ['https://PICTURES.example.com./a.png', true],
    ['http://pictures.example.com/a.png', false],
    ['https://pictures.example.com:8443/a.png', false],
    ['https://93.184.216.34/a.png', false],
    ['https://[2606:4700:4700::1111]/a.png', false],
    ['https://pictures/', false],
    ['https://pictures.internal/', false],
  ] as const)('without a list of hosts, that %s may be asked is %s', ([url, expected]) => {
    expect(rule()(new URL(url))).toBe(expected);
  });

  test.for([
    ['https://good.com/', true],
    ['https://good.com./', true],
    ['https://a.good.com/', false],
    ['https://a.good.org/', true],
    ['https://a.b.good.org/', true],
    ['https://good.org/', false],
    ['https://evilgood.org/', false],
    ['https://good.com.evil.net/', false],
    ['https://evil.net/', false],
  ] as const)('with a list of hosts, that %s may be asked is %s', ([url, expected]) => {
    expect(rule(['good.com', '*.good.org'])(new URL(url))).toBe(expected);
  });

  test('a host that is listed is no less private for it', async () => {
    const hosts = ['localhost', 'inside.good.com', '127.0.0.1'];
    const mayAsk = createUrlRule({ protocols: ['http:'], ports: [canary.port], hosts });
    for (const host of hosts) {
      expect(await withOwn({ mayAsk, resolve: toHere }, `http://${host}:PORT/`), host).toMatchObject(refusal);
    }
  });

  test('a private origin is that scheme, host and port alone', async () => {
    await using own = await startStandin((_, response) => sendText(response, 200, 'the picture'));
    await using door = createDownloader({ trustedOrigins: [own.url], mayAsk: () => false, resolve: toHere });
    expect(Buffer.from(await download(door, `${own.url}/a.png`)).toString()).toBe('the picture');
    for (const url of [
      'http://127.0.0.1:PORT/',
      own.url.replace('http', 'https'),
      own.url.replace('127.0.0.1', 'localhost'),
    ]) {
      expect(await failureOf(download(door, at(url))), url).toMatchObject(refusal);
    }
  });
});

describe('user URLs, all the way', () => {
  test('fail their generation with one sentence, in its state and its log, and without an attempt', async () => {
    await using darkroom = await startDarkroom({
      providers: [createStage(toModel('stage/stage', { inputImages: { min: 0, max: 4 } })).provider],
      config: { INPUT_URLS: 'on', INPUT_URL_PORTS: [80, 443, canary.port] },
    });
    const ask = /* GraphQL */ `
      mutation ($input: GenerateImageInput!) {
        generateImage(input: $input, waitSeconds: 30) {
          ... on GenerateImageSuccess {
            generation { status failure { code message retryable stage } attempts { number } events { type message } }
          }
        }
      }
    `;
    const urls = [
      'http://127.0.0.1:PORT/',
      'http://169.254.169.254/',
      'http://localhost:PORT/',
      'https://no-such-name.invalid/',
    ];
    const answers = await Promise.all(
      urls.map((url) => darkroom.client.query(ask, { input: { prompt: 'x', inputImages: [{ url: at(url) }] } })),
    );
    const [first] = answers;
    expect(first.generateImage.generation).toMatchObject({
      status: 'FAILED',
      failure: { code: 'INPUT_IMAGE_UNUSABLE', message: `Input image 1: The image could not be fetched. ${message}` },
      attempts: [],
    });
    for (const answer of answers) expect(answer).toEqual(first);
    expect(JSON.stringify(first)).not.toMatch(/127\.0\.0\.1|localhost|ECONN|ENOTFOUND/);
  });
});
