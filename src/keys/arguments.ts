import { parseArgs } from 'node:util';
import { parseApiKey } from '../accounts/api-key-format.ts';
import { allScopes, type Scope, scopes } from '../accounts/viewer.ts';
import type { KeyOwner } from '../database/list-api-keys.ts';
import { UsageError } from './usage.ts';

export interface CreateCommand {
  readonly kind: 'create';
  readonly owner: KeyOwner;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null for a key that works for ever. */
  readonly lifeMilliseconds: number | null;
  readonly role: 'ADMIN' | 'unchanged';
}

export interface DisableCommand {
  readonly kind: 'disable' | 'enable';
  readonly owner: KeyOwner;
}

export type KeysCommand =
  | { readonly kind: 'help' }
  | CreateCommand
  | { readonly kind: 'list'; readonly owner: KeyOwner | undefined }
  | { readonly kind: 'revoke'; readonly prefix: string }
  | DisableCommand;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const options = { user: text, name: text, scopes: text, expires: text, admin: flag, help: flag } as const;
type Values = ReturnType<typeof parse>['values'];

/** Of users that were made here. */
export const operatorIssuer = 'operator';

/** Throws `UsageError`. */
export function parseKeysArguments(args: readonly string[]): KeysCommand {
  const { values, positionals } = parse(args);
  const [verb, ...rest] = positionals;
  if (values.help) return { kind: 'help' };
  if (verb === 'create' && rest.length === 0) return toCreate(values);
  if (verb === 'list' && rest.length === 0) {
    allowOnly(values, ['user']);
    return { kind: 'list', owner: values.user === undefined ? undefined : toOwner(values.user) };
  }
  if (verb === 'revoke' && rest.length === 1) {
    allowOnly(values, []);
    return { kind: 'revoke', prefix: toPrefix(rest[0] ?? '') };
  }
  if ((verb === 'disable' || verb === 'enable') && rest.length === 0) {
    allowOnly(values, ['user']);
    return { kind: verb, owner: toOwner(values.user ?? missing(`Say whom to ${verb}: --user <name>.`)) };
  }
  throw new UsageError(
    verb === 'revoke' ? 'Say which key: by its prefix.' : 'Say what to do: create, list, revoke, disable or enable.',
  );
}

function missing(message: string): never {
  throw new UsageError(message);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    // Node goes on with how to pass it as a positional.
    throw new UsageError(`${(cause as Error).message.split('. ')[0]?.replace(/\.?$/, '.')}`, { cause });
  }
}

function allowOnly(values: Values, names: readonly string[]): void {
  const given = Object.entries(values).filter(([, value]) => value !== false);
  const surplus = given.find(([name]) => !names.includes(name));
  if (surplus !== undefined) throw new UsageError(`--${surplus[0]} is for create.`);
}

function toCreate({ user, name = 'command line', scopes: list, expires, admin }: Values): CreateCommand {
  return {
    kind: 'create',
    owner: toOwner(user ?? missing('Say whose key it will be: --user <name>.')),
    name,
    scopes: list === undefined ? (admin ? scopes : ['READ', 'GENERATE']) : parseScopes(list),
    lifeMilliseconds: expires === undefined ? null : parseLife(expires),
    role: admin ? 'ADMIN' : 'unchanged',
  };
}

function toOwner(user: string): KeyOwner {
  if (!/^\P{Cc}{1,255}$/u.test(user)) throw new UsageError('--user takes a name of 1 to 255 characters.');
  // The subject may have such a bar itself, as those of Auth0 do; an issuer is a URL, or a word of ours.
  const bar = user.indexOf('|');
  const owner = { issuer: user.slice(0, Math.max(bar, 0)), subject: user.slice(bar + 1) };
  if (bar === -1) return { ...owner, issuer: operatorIssuer };
  if (owner.issuer === '' || owner.subject === '') throw new UsageError('--user takes a name, or issuer|subject.');
  return owner;
}

function parseScopes(list: string): readonly Scope[] {
  const words = list.split(',').map((word) => word.trim().toUpperCase());
  const unknown = words.find((word) => !allScopes.has(word as Scope));
  if (unknown === undefined) return words as Scope[];
  throw new UsageError(`--scopes takes read, generate and manage, not “${unknown.toLowerCase()}”.`);
}

const unitMilliseconds: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseLife(expires: string): number {
  const { count, unit } = /^(?<count>[1-9]\d{0,4})(?<unit>[mhd])$/.exec(expires)?.groups ?? {};
  const milliseconds = Number(count) * (unitMilliseconds[unit ?? ''] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new UsageError(`--expires takes a time like 90m, 12h or 30d, not “${expires}”.`);
}

/** Whoever has only the whole key at hand may give it. */
function toPrefix(given: string): string {
  const prefix = parseApiKey(given)?.prefix ?? given;
  if (/^dk_live_[0-9A-Za-z]{8}$/.test(prefix)) return prefix;
  throw new UsageError('A prefix looks like dk_live_4fR9xKq2.');
}
