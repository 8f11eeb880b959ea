import type { Engine, EngineRequest } from './engine.ts';
import { queueReply } from './read-reply.ts';

const cancelMilliseconds = 5_000;

/** Stops this job and no other, where it waits or runs. Never throws: who stops has nothing to gain from knowing more. */
export async function cancelJob(engine: Engine, id: string): Promise<void> {
  const signal = AbortSignal.timeout(cancelMilliseconds);
  try {
    const path = `/api/jobs/${encodeURIComponent(id)}/cancel`;
    const { status } = await engine.send({ method: 'POST', path, signal });
    if (status === 404 || status === 405) await cancelAtOldServer(engine, id, signal);
  } catch {
    // The job then runs to its end, for nobody.
  }
}

/** An old server interrupts whatever runs, whichever job is named: it is told only while ours does. */
async function cancelAtOldServer(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const post = (path: string, body: object): EngineRequest => ({ method: 'POST', path, body, signal });
  const queue = await engine.ask(queueReply, { method: 'GET', path: '/queue', signal });
  if (queue.queue_pending.includes(id)) await engine.send(post('/queue', { delete: [id] }));
  if (queue.queue_running.includes(id)) await engine.send(post('/interrupt', { prompt_id: id }));
}
