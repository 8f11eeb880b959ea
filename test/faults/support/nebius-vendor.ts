import { setTimeout as pause } from 'node:timers/promises';
import { startOpenAIStandin } from '../../support/standins/openai.ts';
import { ask, give, startDesk, type Vendor, type VendorOptions } from './vendor.ts';

/** As the models' file of the fleet has it. */
export const nebiusPriceUsd = '0.003';

/** The synchronous vendor: whoever does not wait for the answer never hears of it, and pays all the same. */
export async function startNebiusVendor({ ledger, workMilliseconds }: VendorOptions): Promise<Vendor> {
  const vendor = 'nebius';
  return startDesk(await startOpenAIStandin({ dialect: 'nebius' }), async (at, request, response) => {
    const { prompt } = JSON.parse(request.body.toString());
    ledger.note({ vendor, kind: 'asked', prompt });
    const reply = await ask(at, request);
    if (reply.status === 200) ledger.note({ vendor, kind: 'accepted', prompt });
    await Promise.race([at.gates.pass(prompt), request.left]);
    await pause(workMilliseconds(prompt));
    response.on('finish', () => ledger.note({ vendor, kind: 'delivered', prompt, costUsd: Number(nebiusPriceUsd) }));
    give(response, reply);
  });
}
