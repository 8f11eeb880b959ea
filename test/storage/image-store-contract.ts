import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

/** What every image store promises. `openStore` opens the same store each time, with another clock. */
export function describeImageStore(name: string, openStore: (clock: Clock) => ImageStore): void {
  describe(name, () => {
    const store = openStore({ now: Date.now });
    const mediaType = 'image/png';
    const newName = () => `g/${randomUUID()}/1/0`;

    async function putNew(image: { readonly name?: string; readonly bytes?: Uint8Array } = {}) {
      const stored = { name: newName(), bytes: randomBytes(1000), mediaType, ...image };
      await store.put(stored);
      return stored;
    }

    beforeAll(() => store.prepare());

    test('can be prepared again by the next process', async () => {
      await expect(store.prepare()).resolves.toBeUndefined();
    });

    test('gives back byte for byte what it was given', async () => {
      const { name, bytes } = await putNew({ bytes: randomBytes(3_000_000) });
      const read = await store.read(name);
      expect(read !== undefined && Buffer.compare(read, bytes) === 0).toBe(true);
    });

    test('stores a part of a larger buffer as that part alone', async () => {
      const whole = new Uint8Array(randomBytes(300));
      const { name } = await putNew({ bytes: whole.subarray(100, 200) });
      expect(Buffer.from((await store.read(name)) ?? [])).toEqual(Buffer.from(whole.subarray(100, 200)));
    });

    test('knows nothing of a name that was never put', async () => {
      expect(await store.read(newName())).toBeUndefined();
    });

    describe('what comes in pieces', () => {
      async function* inPieces(bytes: Buffer, sizes: readonly number[]) {
        let at = 0;
        for (const size of sizes) {
          yield bytes.subarray(at, at + size);
          at += size;
        }
        yield bytes.subarray(at);
      }
      const archive = { mediaType: 'application/zip', fileName: 'a.zip' };

      test('is byte for byte what came, however it was cut', async () => {
        const bytes = randomBytes(20_000_000);
        const name = newName();
        await store.putStream({ ...archive, name, bytes: inPieces(bytes, [1, 8_388_607, 8_388_608, 5]) });
        const read = await store.read(name);
        expect(read !== undefined && Buffer.compare(read, bytes) === 0).toBe(true);
        expect(await store.find(name)).toMatchObject({ sizeBytes: 20_000_000, mediaType: 'application/zip' });
      });

      test('is not there at all where it broke off, and can come again', async () => {
        const name = newName();
        const bytes = randomBytes(9_000_000);
        async function* breaking() {
          yield bytes;
          throw new Error('It broke off.');
        }
        await expect(store.putStream({ ...archive, name, bytes: breaking() })).rejects.toThrow('It broke off.');
        expect(await store.find(name)).toBeUndefined();
        await store.putStream({ ...archive, name, bytes: inPieces(bytes, []) });
        expect(await store.find(name)).toMatchObject({ sizeBytes: 9_000_000 });
      });

      test('does not take the place of what is there', async () => {
        const { name, bytes } = await putNew();
        const put = store.putStream({ ...archive, name, bytes: inPieces(randomBytes(10), []) });
        expect(await rejection(put)).toMatchObject({ fault: 'OTHER' });
        expect(Buffer.from((await store.read(name)) ?? [])).toEqual(bytes);
      });

      test('is left with the reason of an abort', async () => {
        const abort = new AbortController();
        const name = newName();
        async function* leaving() {
          yield randomBytes(9_000_000);
          abort.abort(new Error('Enough.'));
          yield randomBytes(9_000_000);
        }
        const put = store.putStream({ ...archive, name, bytes: leaving(), signal: abort.signal });
        await expect(put).rejects.toThrow('Enough.');
        expect(await store.find(name)).toBeUndefined();
      });
    });

    test('finds what there is under a name, and nothing under another', async () => {
      const { name } = await putNew({ bytes: randomBytes(321) });
      expect(await store.find(name)).toEqual({ name, sizeBytes: 321, mediaType, metadata: {} });
      expect(await store.find(newName())).toBeUndefined();
    });

    test.for([
      [0, 1000],
      [0, 1],
      [999, 1],
      [400, 200],
    ])('streams the bytes from %i on, %i of them', async ([offset = 0, count = 0]) => {
      const { name, bytes } = await putNew();
      const stream = await store.stream(name, { offset, count });
      expect(await buffer(stream ?? Readable.from([]))).toEqual(bytes.subarray(offset, offset + count));
    });

    test('streams nothing of a name that was never put', async () => {
      expect(await store.stream(newName(), { offset: 0, count: 1 })).toBeUndefined();
    });

    test('a stream ends when its signal aborts', async () => {
      const { name } = await putNew({ bytes: randomBytes(8_000_000) });
      const abort = new AbortController();
      const stream = await store.stream(name, { offset: 0, count: 8_000_000, signal: abort.signal });
      abort.abort();
      await expect(buffer(stream ?? Readable.from([]))).rejects.toThrow();
      expect(stream?.destroyed).toBe(true);
    });

    test('takes the same bytes under the same name again', async () => {
      const stored = await putNew();
      await expect(store.put(stored)).resolves.toBeUndefined();
    });

    test('refuses other bytes of the same length under a name that is taken, and keeps the first', async () => {
      const { name, bytes } = await putNew();
      const refusal = await rejection(store.put({ name, bytes: randomBytes(bytes.length), mediaType }));
      expect(refusal).toBeInstanceOf(StorageError);
      expect(refusal).toMatchObject({ retryable: false });
      expect(await store.read(name)).toEqual(bytes);
    });

    test('refuses a longer picture under a name that is taken', async () => {
      const { name, bytes } = await putNew();
      const longer = Buffer.concat([bytes, Buffer.of(0)]);
      await expect(store.put({ name, bytes: longer, mediaType })).rejects.toThrow(StorageError);
    });

    test('lets one of two writers of the same name win and tells the other', async () => {
      const name = newName();
      const attempts = Array.from({ length: 5 }, () => store.put({ name, bytes: randomBytes(100), mediaType }));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('stores twenty pictures at the same time', async () => {
      const stored = await Promise.all(Array.from({ length: 20 }, () => putNew()));
      const read = await Promise.all(stored.map(({ name }) => store.read(name)));
      expect(read).toEqual(stored.map(({ bytes }) => bytes));
    });

    test.for([
      'odd/a b/ä ö.png',
      'odd/?query=1&x#fragment',
      'odd/100%25 +plus',
      `odd/quotes"'(1)`,
      'odd/日本/😀',
      'odd/a;b=c,d',
      'odd/<x>&amp;',
    ])('keeps, lists and links a picture called %s', async (start) => {
      const { name, bytes } = await putNew({ name: `${start}-${randomUUID()}` });
      expect(await store.read(name)).toEqual(bytes);
      expect((await store.list(name)).map((image) => image.name)).toEqual([name]);
      expect(Buffer.from(await (await fetch(linkTo(name))).arrayBuffer())).toEqual(bytes);
    });

    test('lists what is below a prefix with size, type and metadata, and nothing else', async () => {
      const generation = randomUUID();
      const below = `g/${generation}/`;
      const image = { mediaType: 'image/webp', metadata: { count: '4' } };
      await store.put({ name: `${below}1/0`, bytes: randomBytes(7), ...image });
      await store.put({ name: `${below}1/1`, bytes: randomBytes(8), mediaType });
      await putNew({ name: `g/${generation}x/1/0` });
      expect(await store.list(below)).toEqual([
        { name: `${below}1/0`, sizeBytes: 7, ...image },
        { name: `${below}1/1`, sizeBytes: 8, mediaType, metadata: {} },
      ]);
    });

    test('walks through what is below a prefix in pages, in the order of the names, with how old each is', async () => {
      const below = `g/${randomUUID()}/`;
      const names = ['1/0', '1/0.preview', '1/0.thumbnail', '1/1', '10/0', '2/0'].map((end) => `${below}${end}`);
      await Promise.all(names.toReversed().map((name) => putNew({ name })));
      const pages = await Array.fromAsync(store.walk(below, { pageSize: 4 }));
      expect(pages.map((page) => page.map(({ name }) => name))).toEqual([names.slice(0, 4), names.slice(4)]);
      for (const { ageMilliseconds } of pages.flat()) {
        expect(ageMilliseconds).toBeGreaterThanOrEqual(0);
        expect(ageMilliseconds).toBeLessThan(600_000);
      }
      expect(await Array.fromAsync(store.walk(`${below}none`))).toEqual([[]]);
    });

    test('stops walking with the reason of a signal', async () => {
      const abort = new AbortController();
      const below = `g/${randomUUID()}/`;
      await Promise.all([0, 1].map((position) => putNew({ name: `${below}1/${position}` })));
      const walk = async () => {
        for await (const _ of store.walk(below, { pageSize: 1, signal: abort.signal }))
          abort.abort(new Error('enough'));
      };
      await expect(walk()).rejects.toThrow('enough');
    });

    test('removes many at once, with some that are missing or named twice among them', async () => {
      const below = `g/${randomUUID()}/`;
      const names = Array.from({ length: 30 }, (_, position) => `${below}1/${position}`);
      await Promise.all(names.map((name) => putNew({ name })));
      const kept = await putNew({ name: `${below}1/kept` });
      await store.remove([...names, `${below}missing`, `${below}1/0`]);
      expect((await store.list(below)).map(({ name }) => name)).toEqual([kept.name]);
    });

    test('takes a name again after its picture was removed', async () => {
      const { name } = await putNew();
      await store.remove([name]);
      const { bytes } = await putNew({ name });
      expect(await store.read(name)).toEqual(bytes);
    });

    test('throws the reason of a signal that was aborted before', async () => {
      const signal = AbortSignal.abort(new Error('The generation was cancelled.'));
      const name = newName();
      await expect(store.put({ name, bytes: randomBytes(10), mediaType, signal })).rejects.toBe(signal.reason);
      await expect(store.read(name, { signal })).rejects.toBe(signal.reason);
      expect(await store.read(name)).toBeUndefined();
    });

    test('is healthy', async () => {
      await expect(store.checkHealth()).resolves.toBeUndefined();
    });

    const linkTo = (name: string, minimumSeconds = 60) => store.link(name, { minimumSeconds }).href;

    describe('a link', () => {
      test('gives the bytes with their type, and says that they may be kept', async () => {
        const { name, bytes } = await putNew();
        const response = await fetch(linkTo(name));
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe(mediaType);
        expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
        expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
      });

      test('is needed: nobody reads or lists without one', async () => {
        const { name } = await putNew();
        const bare = linkTo(name).split('?')[0] ?? '';
        const container = bare.slice(0, -name.length - 1);
        const answers = await Promise.all([bare, `${container}?restype=container&comp=list`].map((url) => fetch(url)));
        for (const answer of answers) expect(answer.status).toBeOneOf([401, 403, 404]);
      });

      test('does nothing once its signature is altered', async () => {
        const { name } = await putNew();
        const altered = linkTo(name).replace(/sig=(.)/, (_, first) => `sig=${first === 'A' ? 'B' : 'A'}`);
        expect((await fetch(altered)).status).toBe(403);
      });

      test('opens no other picture', async () => {
        const [one, other] = await Promise.all([putNew(), putNew()]);
        expect((await fetch(linkTo(one.name).replace(one.name, other.name))).status).toBe(403);
      });

      test('allows reading only', async () => {
        const { name, bytes } = await putNew();
        expect((await fetch(linkTo(name), { method: 'DELETE' })).status).toBe(403);
        const headers = { 'x-ms-blob-type': 'BlockBlob' };
        expect((await fetch(linkTo(name), { method: 'PUT', headers, body: 'x' })).status).toBe(403);
        expect(await store.read(name)).toEqual(bytes);
      });

      test('does nothing after it has expired', async () => {
        const { name } = await putNew();
        const store = openStore({ now: () => Date.now() - 130_000 });
        const { href, expiresAt } = store.link(name, { minimumSeconds: 60 });
        expect(expiresAt.getTime()).toBeLessThan(Date.now());
        expect((await fetch(href)).status).toBe(403);
      });

      test('answers 404 where no picture is', async () => {
        expect((await fetch(linkTo(newName()))).status).toBe(404);
      });
    });

    describe('the life of a link', () => {
      const windowStart = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
      let now = windowStart;
      const store = openStore({ now: () => now });
      const linkAt = (moment: number, minimumSeconds = 3600) => {
        now = moment;
        return store.link('g/a/1/0', { minimumSeconds });
      };

      test('it stays the same for half of it, and then is another', () => {
        const first = linkAt(windowStart);
        expect(linkAt(windowStart + 3_599_999)).toEqual(first);
        expect(linkAt(windowStart + 3_600_000).href).not.toBe(first.href);
        expect(linkAt(windowStart - 1).href).not.toBe(first.href);
      });

      test('every process gives out the same', () => {
        const other = openStore({ now: () => windowStart + 1_000_000 });
        expect(other.link('g/a/1/0', { minimumSeconds: 3600 })).toEqual(linkAt(windowStart));
      });

      test.for([1, 60, 3600, 604_800])('it lasts %i seconds at least, and twice that at most', (minimumSeconds) => {
        const lengths = Array.from({ length: 50 }, (_, index) => {
          const now = windowStart + Math.floor((index / 49) * 3 * minimumSeconds * 1000);
          return (linkAt(now, minimumSeconds).expiresAt.getTime() - now) / 1000;
        });
        expect(Math.min(...lengths)).toBeGreaterThanOrEqual(minimumSeconds);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * minimumSeconds);
      });

      test('two different minimums in the same moment don’t share a link', () => {
        expect(linkAt(windowStart, 60).expiresAt).not.toEqual(linkAt(windowStart, 3600).expiresAt);
      });
    });
  });
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('Expected a rejection.');
    },
    (error: unknown) => error,
  );
}
