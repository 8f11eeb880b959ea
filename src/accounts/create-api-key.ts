import type { Audit } from '../database/audit.ts';
import type { Database } from '../database/database.ts';
import { insertApiKey } from '../database/insert-api-key.ts';
import { lockUser } from '../database/lock-user.ts';
import type { Clock } from '../domain/clock.ts';
import { type InputIssue, InvalidInput } from '../domain/user-errors.ts';
import { createApiKeyText } from './api-key-format.ts';
import type { HashApiKey } from './api-key-hash.ts';
import { type Scope, scopes } from './viewer.ts';

/** Of keys that are neither revoked nor expired, for each user. */
export const maxLivingKeys = 100;
export const maxNameCharacters = 100;

export interface CreateApiKeyDependencies {
  readonly database: Pick<Database, 'transaction'>;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly hashApiKey: HashApiKey;
}

export interface ApiKeyOrder {
  /** Whose key it will be. */
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  /** What whoever asks may do: no key may do more. */
  readonly grantable: ReadonlySet<Scope>;
  readonly audit: Audit;
}

export interface CreatedApiKey {
  readonly apiKeyId: string;
  readonly prefix: string;
  /** The whole key. It is kept nowhere. */
  readonly secret: string;
}

/** Throws `InvalidInput` with every issue. */
export async function createApiKey(
  { database, clock, createId, hashApiKey }: CreateApiKeyDependencies,
  order: ApiKeyOrder,
): Promise<CreatedApiKey> {
  const at = new Date(clock.now());
  const issues = findIssues(order, at);
  if (issues.length > 0) throw new InvalidInput(issues);
  const { userId, expiresAt, audit } = order;
  const key = createApiKeyText();
  const id = createId();
  const granted = scopes.filter((scope) => order.scopes.includes(scope));
  const row = { id, userId, name: order.name.trim(), prefix: key.prefix, scopes: granted, createdAt: at, expiresAt };
  const details = { prefix: key.prefix, userId, scopes: granted, expiresAt };
  await database.transaction(async (connection) => {
    await lockUser(connection, userId);
    const isInserted = await insertApiKey(connection, {
      ...row,
      secretHash: hashApiKey(key),
      maxLiving: maxLivingKeys,
    });
    if (!isInserted) throw new InvalidInput([tooMany]);
    await audit.write(connection, { action: 'api-key.create', objectId: id, details });
  });
  return { apiKeyId: id, prefix: key.prefix, secret: key.text };
}

const tooMany: InputIssue = {
  path: ['input'],
  message: `A user has at most ${maxLivingKeys} keys that work. Revoke one first.`,
};

function findIssues({ name, scopes: wanted, expiresAt, grantable }: ApiKeyOrder, at: Date): readonly InputIssue[] {
  const issues: InputIssue[] = [];
  const complain = (field: string, message: string) => issues.push({ path: ['input', field], message });
  const length = [...name.trim()].length;
  if (length < 1 || length > maxNameCharacters) complain('name', `A name has 1 to ${maxNameCharacters} characters.`);
  if (/\p{Cc}/u.test(name)) complain('name', 'A name has no control characters.');
  if (wanted.length === 0) complain('scopes', 'A key may do at least one thing.');
  const lacking = scopes.filter((scope) => wanted.includes(scope) && !grantable.has(scope));
  if (lacking.length > 0) complain('scopes', `You may not ${lacking.join(', ')} yourself.`);
  if (expiresAt !== null && expiresAt <= at) complain('expiresAt', 'A key expires in the future.');
  return issues;
}
