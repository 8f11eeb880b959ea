export const quotaKinds = ['RUNNING', 'QUEUED', 'PER_MINUTE', 'PER_DAY', 'USD_PER_DAY', 'USD_PER_MONTH'] as const;
export type QuotaKind = (typeof quotaKinds)[number];

/** Limits as decimal text. Null lifts one; one that is missing is decided elsewhere. */
export type QuotaLimits = { readonly [Kind in QuotaKind]?: string | null };

/** Those that hold for somebody: their own before the default ones. */
export function toLimits(defaults: QuotaLimits, own: QuotaLimits | null): QuotaLimits {
  const limits = Object.entries({ ...defaults, ...own });
  return Object.fromEntries(limits.filter(([, limit]) => limit !== null));
}

export function isLimited(limits: QuotaLimits): boolean {
  return Object.keys(limits).length > 0;
}

/** One limit, and how much of it is used. */
export interface Quota {
  readonly kind: QuotaKind;
  readonly limit: string;
  /** As decimal text, without what is reserved. */
  readonly used: string;
  /** USD that unfinished generations may cost; counts as used. */
  readonly reserved: string;
  /** When what is used counts no more; null where something has to end. */
  readonly resetsAt: Date | null;
}

/** What a request takes of the limits. */
export type QuotaUse =
  | { readonly kind: 'GENERATION' /** Null where nobody knows the price. */; readonly costUsd: string | null }
  /** A better wording alone. What it costs is known afterwards. */
  | { readonly kind: 'ENHANCEMENT' }
  | { readonly kind: 'UPLOAD' | 'EXPORT' };

/** What is used, in the windows that are named by their beginning. */
export interface QuotaCount {
  readonly queued: number;
  readonly running: number;
  readonly minuteAt: Date;
  readonly minuteCount: number;
  readonly dayAt: Date;
  readonly dayCount: number;
  readonly daySpentUsd: string;
  readonly dayReservedUsd: string;
  readonly monthAt: Date;
  readonly monthSpentUsd: string;
  readonly monthReservedUsd: string;
}

/** In UTC. */
export type Window = 'minute' | 'day' | 'month';

interface Usage {
  readonly used: string;
  readonly reserved: string;
  readonly window: Window | null;
}

const nothing = '0';
const leastUsd = '0.000001';

/** Those that are limited, with what is used of each at this moment. Without a count nothing is. */
export function toQuotas(limits: QuotaLimits, count: QuotaCount | undefined, at: Date): readonly Quota[] {
  return quotaKinds.flatMap((kind) => {
    const limit = limits[kind];
    if (limit === undefined || limit === null) return [];
    const { used, reserved, window } = toUsage(kind, count);
    const [startsAt, resetsAt] = window === null ? [null, null] : findWindow(window, latest(at, count?.minuteAt));
    const isOver = window !== null && startsAt !== null && count !== undefined && count[`${window}At`] < startsAt;
    return [{ kind, limit, resetsAt, ...(isOver ? { used: nothing, reserved: nothing } : { used, reserved }) }];
  });
}

function toUsage(kind: QuotaKind, count: QuotaCount | undefined): Usage {
  const whole = (used: number | undefined, window: Window | null): Usage => {
    return { used: String(used ?? 0), reserved: nothing, window };
  };
  switch (kind) {
    case 'RUNNING':
      return whole(count?.running, null);
    case 'QUEUED':
      return whole(count?.queued, null);
    case 'PER_MINUTE':
      return whole(count?.minuteCount, 'minute');
    case 'PER_DAY':
      return whole(count?.dayCount, 'day');
    case 'USD_PER_DAY':
      return { used: count?.daySpentUsd ?? nothing, reserved: count?.dayReservedUsd ?? nothing, window: 'day' };
    case 'USD_PER_MONTH':
      return { used: count?.monthSpentUsd ?? nothing, reserved: count?.monthReservedUsd ?? nothing, window: 'month' };
  }
}

/** The beginning of the window that holds the moment, and that of the next one. */
export function findWindow(window: Window, at: Date): readonly [Date, Date] {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (window === 'month') return [new Date(Date.UTC(year, month)), new Date(Date.UTC(year, month + 1))];
  if (window === 'day') return [new Date(Date.UTC(year, month, day)), new Date(Date.UTC(year, month, day + 1))];
  const minute = Math.floor(at.getTime() / 60_000) * 60_000;
  return [new Date(minute), new Date(minute + 60_000)];
}

function latest(at: Date, other: Date | undefined): Date {
  return other !== undefined && other > at ? other : at;
}

/** The first limit that this would go beyond. One of RUNNING refuses nothing: what is beyond it waits. */
export function findExceeded(quotas: readonly Quota[], use: QuotaUse): Quota | undefined {
  return quotas.find((quota) => exceeds(quota, use));
}

function exceeds({ kind, limit, used, reserved }: Quota, use: QuotaUse): boolean {
  if (!isHeldTo(kind, use)) return false;
  if (kind === 'QUEUED' || kind === 'PER_MINUTE' || kind === 'PER_DAY') return Number(used) + 1 > Number(limit);
  return toMicroUsd(used) + toMicroUsd(reserved) + toMicroUsd(toNeededUsd(use)) > toMicroUsd(limit);
}

/** Which limits hold for what is asked for. That of RUNNING refuses nothing. */
export function isHeldTo(kind: QuotaKind, use: QuotaUse): boolean {
  if (kind === 'RUNNING') return false;
  if (kind === 'QUEUED' || kind === 'PER_DAY') return use.kind === 'GENERATION';
  return kind === 'PER_MINUTE' || use.kind === 'GENERATION' || use.kind === 'ENHANCEMENT';
}

/** What must be left of a budget. Of what has no known price there may be one more as long as anything is. */
export function toNeededUsd(use: QuotaUse): string {
  return (use.kind === 'GENERATION' ? use.costUsd : null) ?? leastUsd;
}

function toMicroUsd(usd: string): number {
  return Math.round(Number(usd) * 1_000_000);
}
