// A process of Darkroom that a fault can hit: the whole app, from configuration alone, for the users `alice` and `bob`.
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import type { Credentials, Identity } from '../../../src/accounts/identity.ts';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { connectDatabase } from '../../../src/database/database.ts';
import { crashPointChannel } from '../../../src/domain/crash-point.ts';
import { createLogger } from '../../../src/log.ts';
import { createTestViewer, toTestUser } from '../../support/test-viewer.ts';
import { type ArmedCrash, type FleetProcessOptions, reachedLine } from './fleet-process-options.ts';

const options: FleetProcessOptions = JSON.parse(process.argv[2] ?? '{}');
if (options.crash !== undefined) arm(options.crash);
if (options.clockAheadMilliseconds !== undefined) shiftClock(options.clockAheadMilliseconds);

const config = readConfig();
const log = createLogger({ level: config.LOG_LEVEL });
const end = waitForEnd();
const { role } = options;
const users = role === 'worker' ? {} : { identity: await createUsers() };
const app = await createApp({ config, role, log, ...users });
process.send?.({ url: app.url ?? '' });
await end;
app.retire();
await app[Symbol.asyncDispose]();
process.exit(0);

function arm({ point, hit = 1, signal = 'SIGKILL' }: ArmedCrash): void {
  let times = 0;
  subscribe(crashPointChannel, (name) => {
    if (name !== point) return;
    times += 1;
    if (times !== hit) return;
    writeSync(1, `${reachedLine}\n`);
    process.kill(process.pid, signal);
  });
}

function shiftClock(milliseconds: number): void {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given) =>
      given.length === 0 ? new target(target.now() + milliseconds) : Reflect.construct(target, given),
    get: (target, key) => (key === 'now' ? () => target.now() + milliseconds : Reflect.get(target, key)),
  });
}

function waitForEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.on('SIGTERM', () => resolve());
  // Whoever started it is gone: nothing is to be left behind.
  process.on('disconnect', () => process.exit(0));
  return promise;
}

/** Known from the start: a request needs no database to be told from a stranger's. */
async function createUsers(): Promise<Identity> {
  await using database = connectDatabase({ url: config.DATABASE_URL?.reveal() ?? '', maxConnections: 1, log });
  const { rows } = await database.background.query<{ id: string; subject: string }>(
    `INSERT INTO "User" (id, issuer, subject) SELECT gen_random_uuid(), 'faults', unnest(ARRAY['alice', 'bob'])
     ON CONFLICT (issuer, subject) DO UPDATE SET subject = EXCLUDED.subject RETURNING id, subject`,
  );
  const users = new Map(rows.map(({ id, subject }) => [subject, createTestViewer(id)]));
  const authenticate = async (credentials: Credentials) => {
    const user = users.get(toTestUser(credentials) ?? '');
    if (user === undefined) throw new Error('a stranger');
    return user;
  };
  return { authenticate, findUnwelcome: async () => [] };
}
