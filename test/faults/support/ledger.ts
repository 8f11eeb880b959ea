import { appendFileSync } from 'node:fs';

export type VendorName = 'runpod' | 'nebius';

/** What a vendor writes down before it does it. */
export interface LedgerEntry {
  readonly vendor: VendorName;
  /** `asked`: an order came. `accepted`: it will be worked on and billed. `delivered`: its picture was handed out. */
  readonly kind: 'asked' | 'accepted' | 'told-webhook' | 'looked' | 'delivered' | 'cancelled';
  /** Tells the generations of a test apart. */
  readonly prompt: string;
  readonly jobId?: string;
  /** Where the vendor is to call back. */
  readonly webhook?: string;
  readonly costUsd?: number;
}

/** Kept by the vendors' side alone: it survives whatever happens to Darkroom. */
export interface Ledger {
  note(entry: LedgerEntry): void;
  readonly entries: readonly LedgerEntry[];
  /** How often this happened for orders with this prompt. */
  count(kind: LedgerEntry['kind'], prompt: string): number;
}

export function createLedger(file: string): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    note(entry) {
      appendFileSync(file, `${JSON.stringify({ ...entry, at: new Date() })}\n`);
      entries.push(entry);
    },
    count: (kind, prompt) => entries.filter((entry) => entry.kind === kind && entry.prompt === prompt).length,
  };
}
