import { once } from 'node:events';
import pg from 'pg';
import WebSocket from 'ws';
import { nextMessage, startProcess, stopProcess } from './server-process.ts';
import type { Workspace } from './services.ts';

/** A round trip over a bare WebSocket to a process that does nothing else. */
export async function openEcho(stack: AsyncDisposableStack): Promise<() => Promise<unknown>> {
  const child = startProcess(new URL('echo.ts', import.meta.url), {});
  stack.defer(() => stopProcess(child));
  const { port } = await nextMessage<{ port: number }>(child);
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  stack.defer(() => socket.terminate());
  await once(socket, 'open');
  // As large as a progress frame.
  const frame = JSON.stringify({ id: crypto.randomUUID(), type: 'next', payload: 'x'.repeat(220) });
  return () => {
    socket.send(frame);
    return once(socket, 'message');
  };
}

/** Commits one row with one plain statement. */
export async function openInsert({ pool }: Workspace): Promise<() => Promise<unknown>> {
  await pool.query('CREATE TABLE IF NOT EXISTS "PlainRow" (id uuid PRIMARY KEY, prompt text NOT NULL)');
  const text = 'INSERT INTO "PlainRow" VALUES (gen_random_uuid(), $1)';
  return () => pool.query({ name: 'plain-insert', text, values: ['A serene landscape with mountains at sunset'] });
}

/** One NOTIFY until another connection hears it. */
export async function openNotify(
  { pool, databaseUrl }: Workspace,
  stack: AsyncDisposableStack,
): Promise<() => Promise<unknown>> {
  const listener = new pg.Client(databaseUrl);
  stack.defer(() => listener.end());
  await listener.connect();
  await listener.query('LISTEN bench');
  return async () => {
    const heard = once(listener, 'notification');
    await pool.query({ name: 'plain-notify', text: `SELECT pg_notify('bench', $1)`, values: ['x'.repeat(400)] });
    await heard;
  };
}
