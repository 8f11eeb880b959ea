import { createHmac } from 'node:crypto';
import type { ApiKeyText } from './api-key-format.ts';

/**
 * What is kept of a key. A fast hash is enough for 256 random bits, and whoever reads the table cannot even check a guess without
 * the pepper, which is not in it.
 */
export type HashApiKey = (key: Pick<ApiKeyText, 'text'>) => Buffer;

export function createApiKeyHash(pepper: string): HashApiKey {
  return ({ text }) => createHmac('sha256', pepper).update(text).digest();
}
