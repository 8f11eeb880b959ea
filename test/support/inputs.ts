import type { Transaction } from '../../src/database/database.ts';
import { holdInputImages, type NewInput, toInputsInsert } from '../../src/database/insert-inputs.ts';

/** As where a request is accepted: the images are held from now on, and the inputs are there when it is committed. */
export async function insertInputs(
  transaction: Transaction,
  generationId: string,
  inputs: readonly NewInput[],
): Promise<void> {
  await holdInputImages(transaction, inputs);
  transaction.atLast(toInputsInsert(generationId, inputs));
}
