import type { ImageModel } from './image-model.ts';
import type { Quota } from './quota.ts';

/** A mistake the caller can correct, or a limit they ran into: shown to them as data. */
export abstract class UserError extends Error {}

export interface InputIssue {
  /** Where in the arguments, for example `['input', 'size', 'aspectRatio']`. */
  readonly path: readonly string[];
  readonly message: string;
}

export class InvalidInput extends UserError {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super(issues.map((issue) => issue.message).join(' '));
    this.issues = issues;
  }
}

export class UnknownModel extends UserError {
  readonly available: readonly ImageModel[];

  constructor(slug: string, available: readonly ImageModel[]) {
    super(`There is no model “${slug}”.`);
    this.available = available;
  }
}

export class ModelUnavailable extends UserError {
  readonly retryAfterSeconds: number | null;

  constructor(message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class InputImageUnusable extends UserError {
  /** Where in the arguments, for example `['inputImages', '2']`, `['mask']` or `['file']`. */
  readonly path: readonly string[];

  constructor(message: string, path: readonly string[]) {
    super(message);
    this.path = path;
  }
}

export class ContentRefused extends UserError {
  /** What the refusal named, in the provider's words. */
  readonly categories: readonly string[];

  constructor(message: string, categories: readonly string[]) {
    super(message);
    this.categories = categories;
  }
}

const quotaWords: Record<Quota['kind'], string> = {
  RUNNING: 'generations that run at once',
  QUEUED: 'generations that wait at once',
  PER_MINUTE: 'requests in a minute',
  PER_DAY: 'generations in a day',
  USD_PER_DAY: 'USD in a day',
  USD_PER_MONTH: 'USD in a month',
};

export class QuotaExceeded extends UserError {
  /** The one that the request would go beyond. */
  readonly quota: Quota;

  constructor(quota: Quota, words = quotaWords[quota.kind]) {
    super(`This would be more than ${quota.limit} ${words}.`);
    this.quota = quota;
  }
}

export class QueueFull extends UserError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('Too many generations are waiting already. Try again later.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class IdempotencyConflict extends UserError {
  /** The one that the key stands for; null when it was deleted. */
  readonly generationId: string | null;

  constructor(message: string, generationId: string | null) {
    super(message);
    this.generationId = generationId;
  }
}

export class NotFound extends UserError {
  constructor(what: string) {
    super(`There is no such ${what}.`);
  }
}

export class NotPossible extends UserError {}
