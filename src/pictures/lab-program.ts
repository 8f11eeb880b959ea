// Started as a process of its own by lab-process.ts: decodes pictures that others made, and nothing else.
import { writeFile } from 'node:fs/promises';
import { answerOrders, carryOut } from './answer-orders.ts';

// Where memory runs out, Linux ends this process before any other. Elsewhere there is no such file.
writeFile('/proc/self/oom_score_adj', '1000').catch(() => undefined);
answerOrders(carryOut);
