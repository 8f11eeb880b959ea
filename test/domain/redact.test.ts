import { describe, expect, test } from 'vitest';
import { createRedact } from '../../src/domain/redact.ts';
import { createSecret } from '../../src/domain/secret.ts';

const key = 'opal/7781+canary key';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('what a configured secret is taken out as', () => {
  const redact = createRedact([createSecret(key), undefined]);

  test.each([
    ['itself', key],
    ['in a URL', `https://vendor.test/?opal=${encodeURIComponent(key)}`],
    ['in base64', base64(key)],
    ['in base64 for URLs', Buffer.from(key).toString('base64url')],
    ['twice', `${key}${key}`],
  ])('%s', (_, text) => {
    expect(redact(`before ${text} after`)).toMatch(/^before .*\[secret\].* after$/);
    expect(redact(text)).not.toMatch(/7781|canary/);
    expect(redact(text)).not.toContain(base64(key).slice(0, 12));
  });

  test('in JSON, with its quotes', () => {
    const quoted = 'a "quoted" key';
    const line = createRedact([createSecret(quoted)])(JSON.stringify({ quoted }));
    expect(JSON.parse(line)).toEqual({ quoted: '[secret]' });
  });
});

test.each([
  ['postgres://darkroom:pass%40word@db/darkroom', ['pass%40word', 'pass@word', base64('darkroom:pass@word')]],
  ['http://artist:opensesame@127.0.0.1:7860', ['opensesame', base64('artist:opensesame')]],
  ['AccountName=a;AccountKey=b3BhbA7781==;BlobEndpoint=http://127.0.0.1', ['b3BhbA7781==']],
])('of %s the part that is secret is taken out by itself', (value, parts) => {
  const redact = createRedact([createSecret(value)]);
  for (const part of parts) expect(redact(`It said ${part}.`)).toMatch(/^It said \[secret\]=*\.$/);
});

test.each([
  ['Authorization: Bearer abcdefghijkl', 'Authorization: [secret]'],
  ['with Key 0123456789:abcdef', 'with [secret]'],
  ['that sk-abcdefghijklmnop is odd', 'that [secret] is odd'],
  ['at https://a.blob.test/c/b?sv=1&sig=abc%3D&se=2', 'at https://a.blob.test/c/b?sv=1&sig=[secret]&se=2'],
  ['GET /v1beta/models?key=abcdef', 'GET /v1beta/models?key=[secret]'],
  ['data:image/png;base64,iVBORw0KGgo=', 'data:image/png;base64,[secret]'],
  ['postgres://me:open@db/darkroom', 'postgres://[secret]@db/darkroom'],
  ['AccountName=a;AccountKey=abcd==;x', 'AccountName=a;AccountKey=[secret];x'],
])('whoever it belongs to, “%s” shows nothing', (text, expected) => {
  expect(createRedact([])(text)).toBe(expected);
});

test.each(['A key to success', 'The sky is blue, the key is red', 'https://vendor.test/docs#errors', 'at 10:30@noon'])(
  '“%s” stays as it is',
  (text) => expect(createRedact([createSecret('abc')])(text)).toBe(text),
);
