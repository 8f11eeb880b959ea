import type { HashApiKey } from '../accounts/api-key-hash.ts';
import { createApiKey } from '../accounts/create-api-key.ts';
import { revokeApiKey } from '../accounts/revoke-api-key.ts';
import { operator } from '../accounts/to-actor.ts';
import { allScopes } from '../accounts/viewer.ts';
import { createAudit } from '../database/audit.ts';
import type { Database } from '../database/database.ts';
import { disableUser } from '../database/disable-user.ts';
import { findApiKey } from '../database/find-api-key.ts';
import { type KeyOwner, type ListedApiKey, listApiKeys } from '../database/list-api-keys.ts';
import { promoteUser } from '../database/promote-user.ts';
import { recogniseUser } from '../database/recognise-user.ts';
import type { Clock } from '../domain/clock.ts';
import { StartError } from '../domain/start-error.ts';
import { type CreateCommand, type DisableCommand, operatorIssuer } from './arguments.ts';

export interface KeysDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly createId: () => string;
}

/** Each answers what to say to whoever typed it. They throw `StartError`, and the `UserError`s of the verbs. */
export async function create(dependencies: KeysDependencies, hashApiKey: HashApiKey, command: CreateCommand) {
  const { database, clock, createId } = dependencies;
  const { owner, role, lifeMilliseconds } = command;
  const user = await recogniseUser(database.pool, { ...owner, id: createId(), name: null, email: null });
  if (user.disabledAt !== null) throw new StartError('This user is disabled: no key of theirs would work.');
  if (role === 'ADMIN') await promote(dependencies, user.id);
  const { secret } = await createApiKey(
    { database, clock, createId, hashApiKey },
    {
      userId: user.id,
      name: command.name,
      scopes: command.scopes,
      expiresAt: lifeMilliseconds === null ? null : new Date(clock.now() + lifeMilliseconds),
      grantable: allScopes,
      audit: createAudit(dependencies, operator),
    },
  );
  return {
    result: `${secret}\n`,
    note: 'Keep it well: it is shown this once. Send it as Authorization: Bearer <key>.\n',
  };
}

async function promote(dependencies: KeysDependencies, userId: string): Promise<void> {
  const audit = createAudit(dependencies, operator);
  await dependencies.database.transaction(async (connection) => {
    if (!(await promoteUser(connection, userId))) return;
    await audit.write(connection, { action: 'user.promote', objectId: userId });
  });
}

export async function list({ database, clock }: KeysDependencies, owner: KeyOwner | undefined) {
  const keys = await listApiKeys(database.pool, owner);
  if (keys.length === 0) return { result: '', note: 'There are no keys.\n' };
  const rows = keys.map((key) => toRow(key, clock.now()));
  const header = ['PREFIX', 'USER', 'NAME', 'SCOPES', 'LAST USED', 'STATE'];
  return { result: toTable([header, ...rows]), note: '' };
}

function toRow(key: ListedApiKey, now: number): readonly string[] {
  const scopes = key.scopes.join(',').toLowerCase();
  return [key.prefix, toName(key), key.name, scopes, toMinute(key.lastUsedAt) ?? 'never', toState(key, now)];
}

function toState({ revokedAt, expiresAt }: ListedApiKey, now: number): string {
  if (revokedAt !== null) return `revoked ${toMinute(revokedAt)}`;
  if (expiresAt === null) return 'works';
  return expiresAt.getTime() <= now ? `expired ${toMinute(expiresAt)}` : `works until ${toMinute(expiresAt)}`;
}

function toMinute(at: Date | null): string | undefined {
  return at?.toISOString().replace('T', ' ').slice(0, 16);
}

function toTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  // A terminal would obey what somebody else has written into a name.
  return `${lines.join('\n')}\n`.replaceAll(/(?!\n)\p{Cc}/gu, '');
}

export async function revoke(dependencies: KeysDependencies, prefix: string) {
  const key = await findApiKey(dependencies.database.pool, prefix);
  if (key === undefined) throw new StartError(`There is no key ${prefix}.`);
  // Servers that run need no word of it: what they believe of a key is five seconds old at the most.
  const announce = () => undefined;
  const { apiKeyId, userId } = key;
  const isRevoked = await revokeApiKey(
    { ...dependencies, announce },
    { apiKeyId, userId, audit: createAudit(dependencies, operator) },
  );
  return { result: '', note: isRevoked ? `${prefix} is revoked.\n` : `${prefix} was revoked before.\n` };
}

/** Servers that run notice it within five seconds, and show out whoever is connected. */
export async function disable(dependencies: KeysDependencies, { kind, owner }: DisableCommand) {
  const { database, clock } = dependencies;
  const audit = createAudit(dependencies, operator);
  const disabledAt = kind === 'disable' ? new Date(clock.now()) : null;
  const user = await database.transaction(async (connection) => {
    const found = await disableUser(connection, { ...owner, disabledAt });
    if (found?.changed) await audit.write(connection, { action: `user.${kind}`, objectId: found.userId });
    return found;
  });
  const name = toName(owner);
  if (user === undefined) throw new StartError(`There is no user ${name}.`);
  return { result: '', note: user.changed ? `${name} is ${kind}d.\n` : `${name} was ${kind}d before.\n` };
}

function toName({ issuer, subject }: KeyOwner): string {
  return issuer === operatorIssuer ? subject : `${issuer}|${subject}`;
}
