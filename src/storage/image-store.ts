import type { Readable } from 'node:stream';

/**
 * Where the bytes of pictures live. Blobs are private and never change: a name stands for the same bytes for ever.
 * Every call that reaches out throws `StorageError`, and the signal's reason after an abort.
 */
export interface ImageStore {
  /** Makes the private container where there is none. Called before anything else, and again where it was removed. */
  prepare(options?: CallOptions): Promise<void>;
  /**
   * Resolves when the bytes are durable and their checksum, as the store says it, is that of what was sent. Putting the same
   * bytes under a name again does nothing; throws a `StorageError` that is not retryable when other bytes are there.
   */
  put(image: ImageToStore): Promise<void>;
  /**
   * The same for what is too large to be held, as it comes: nothing has the name before all of it is there. Throws a `StorageError`
   * where something has it already, and what `bytes` throws.
   */
  putStream(stream: StreamToStore): Promise<void>;
  /** The bytes, or undefined when there is no such blob. */
  read(name: string, options?: CallOptions): Promise<Uint8Array | undefined>;
  /** What there is under a name, or undefined when there is no such blob. */
  find(name: string, options?: CallOptions): Promise<StoredImage | undefined>;
  /**
   * Some of the bytes, as they come; undefined when there is no such blob. Whoever takes them reads them to their end, destroys
   * the stream or aborts the signal, which bounds all of the reading.
   */
  stream(name: string, options: StreamOptions): Promise<Readable | undefined>;
  /** Every blob whose name starts with `prefix`, by name. Meant for the blobs of one generation: all are held in memory. */
  list(prefix: string, options?: CallOptions): Promise<readonly StoredImage[]>;
  /**
   * Every blob whose name starts with `prefix`, in pages and in the order of the names' bytes. What is put or removed meanwhile may
   * be missing or there.
   */
  walk(prefix: string, options?: WalkOptions): AsyncIterable<readonly ListedImage[]>;
  /** Removes all of them; a name without a blob is fine. After an error some may be gone: call it again. */
  remove(names: Iterable<string>): Promise<void>;
  /**
   * A link to one blob that works without further credentials, for `minimumSeconds` at least and twice that at most.
   * Made without looking whether the blob is there; the same for up to half its life, so that caches work.
   */
  link(name: string, options: LinkOptions): ImageLink;
  /** Resolves when the store answers within two seconds and has our container. */
  checkHealth(): Promise<void>;
}

export interface ImageToStore extends CallOptions {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly metadata?: ImageMetadata;
}

export interface StreamToStore {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly mediaType: string;
  /** What a browser is to call it. Printable ASCII, without quotes. */
  readonly fileName: string;
  readonly signal?: AbortSignal | undefined;
}

/** Keys of lower-case letters and digits, values of printable ASCII. */
type ImageMetadata = Readonly<Record<string, string>>;

export interface StoredImage {
  readonly name: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly metadata: ImageMetadata;
}

export interface ListedImage {
  readonly name: string;
  /** By the store's own clock, to the second. */
  readonly ageMilliseconds: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * For a store that tries again and again: ends its waiting at once, and a try a little later, so that one under way can
   * succeed. Its reason is thrown then.
   */
  readonly patience?: AbortSignal | undefined;
}

export interface WalkOptions extends CallOptions {
  /** Default: as many as the store gives at a time. */
  readonly pageSize?: number;
}

export interface StreamOptions extends CallOptions {
  readonly offset: number;
  /** From 1, and not beyond the end. */
  readonly count: number;
}

export interface LinkOptions {
  /** A whole number from 1. */
  readonly minimumSeconds: number;
}

export interface ImageLink {
  readonly href: string;
  readonly expiresAt: Date;
}
