// What the processes of a lab run in tests: the usual, and whatever a poisoned picture asks for.
import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { answerOrders, carryOut } from '../../src/pictures/answer-orders.ts';
import { type Poison, readPoison } from './poison.ts';

answerOrders(async (order, bytes) => {
  const poison = readPoison(bytes);
  if (poison !== undefined) await act(poison);
  return carryOut(order, bytes);
});

async function act(poison: Poison): Promise<void> {
  switch (poison) {
    case 'abort':
      return process.abort();
    case 'hang':
      for (;;);
    case 'hold':
      return new Promise(() => undefined);
    case 'eat':
      for (const eaten: Buffer[] = []; ; await turn()) eaten.push(Buffer.alloc(8 * 1024 ** 2, eaten.length));
    case 'nonsense':
      return void writeSync(3, 'This is no packet, whatever its length.');
    case 'mistake':
      throw new Error('A mistake in the program.');
  }
}
