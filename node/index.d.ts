/// <reference lib="es2020" />
/// <reference lib="esnext.disposable" />

/**
 * A tamper-evident ledger of what was done, by which agent or person, on whose approval, with which files.
 *
 * Every call comes in two forms: one that returns a promise and never blocks the event loop nor takes a thread of Node's pool, and a `…Sync`
 * twin. Both raise the same {@link SealbookError} classes. Sequence numbers and sizes are `bigint`.
 *
 * @packageDocumentation
 */

import type { ScanOptions, ScanReport } from './attribution.js';

export * from './attribution.js';
export * from './errors.js';
export * from './executor.js';
export * from './tasks.js';

/** Who did it. */
export interface Actor {
  type: 'human' | 'ai' | 'service';
  /** Not empty. */
  id: string;
  name?: string;
  model?: string;
  run?: string;
}

/** What was done. */
export interface Action {
  /** Not empty. */
  type: string;
  description?: string;
  details?: unknown;
}

/** A file that it was done with. */
export interface FileChange {
  /** Not empty. */
  path: string;
  change?: string;
  lines?: unknown;
  ranges?: unknown;
}

/**
 * What an entry records: an object that JSON can hold. The named members have a fixed meaning and are checked; any other is yours.
 *
 * Members that are `undefined` are left out, `toJSON` is called (a `Date` becomes a string), and a `bigint` within ±(2^53-1) is written as a
 * number. What JSON would lose is refused: `NaN` and infinities (`PAYLOAD_NOT_FINITE`), whole numbers and bigints beyond ±(2^53-1)
 * (`PAYLOAD_INTEGER_RANGE`), half surrogate pairs (`PAYLOAD_LONE_SURROGATE`), an object that contains itself (`PAYLOAD_NOT_JSON`), and, with a
 * `TypeError`, functions, symbols, `Map`, `Set`, errors and the like.
 */
export interface Payload {
  actor?: Actor | null;
  action?: Action | null;
  spec?: string | null;
  commit?: unknown;
  files?: FileChange[] | null;
  [member: string]: unknown;
}

/** What {@link Ledger.recordMany} takes. */
export interface NewRecord {
  kind: string;
  payload: Payload;
  /** An idempotency key: see {@link RecordOptions.id}. */
  id?: string;
}

/** Options of the calls that record. */
export interface RecordOptions {
  /**
   * An idempotency key, a lower-case UUID of version 7: recording the same kind and payload with the same id again returns the first entry.
   */
  id?: string;
}

/** One entry of a ledger. */
export interface Entry {
  /** The number, from 0 without gaps. */
  seq: bigint;
  /** A UUID of version 7. */
  id: string;
  /** The writer's clock in UTC, 27 characters: `2026-11-23T10:15:30.123456Z`. */
  time: string;
  kind: string;
  /** The leaf hash, 64 hexadecimal digits. */
  hash: string;
  /** The leaf hash of the entry before. */
  prev: string;
  /** The payload as it was stored, secrets replaced; `null` if it is erased. */
  payload: Payload | null;
}

/** Which entries, in which order. All filters must match. */
export interface Query {
  /** Entries of this kind; `custom.*` stands for all kinds that begin with `custom.`. */
  kind?: string;
  /** Entries whose `actor.id` is this. */
  actor?: string;
  /** Entries whose `spec` is this. */
  spec?: string;
  /** Entries with this path among their `files`. */
  path?: string;
  /** Entries at or after this time: a `Date`, `2026-11-23` or `2026-11-23T10:15:30Z`. */
  since?: Date | string;
  /** Entries before this time. */
  until?: Date | string;
  /** `newest` first, if not given. */
  order?: 'newest' | 'oldest';
  /** The most entries. Of an iteration: all, if not given. Of a page: 1 to 10,000, 100 if not given. */
  limit?: number;
}

/** A {@link Query} for one page. */
export interface PageQuery extends Query {
  /** The {@link Page.next} of the page before, with the same filters and order. */
  cursor?: string;
}

/** A page of entries. */
export interface Page {
  entries: Entry[];
  /** The cursor of the next page, or `null` if there is none. */
  next: string | null;
}

/** What a verifier knows from elsewhere, such as from a checkpoint. */
export interface Expected {
  /** The origin that the ledger must have. */
  origin?: string;
  /** A size that the ledger had. */
  size?: bigint | number;
  /** The root at that size, 64 hexadecimal digits. It needs the size. */
  root?: string;
}

/** The part of an `AbortSignal` that is used. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: any;
  addEventListener(type: 'abort', listener: () => void, options?: any): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How far a long call has come. */
export interface Progress {
  done: number;
  /** 0 while it is unknown. */
  total: number;
}

/** Options of every long call. */
export interface WatchOptions {
  /** Cancels the call, which then rejects with the signal's reason once it has stopped. */
  signal?: CancelSignal;
  /** Called about every 50 ms, and once at the end. If it throws, the call is cancelled and rejects with that error. */
  onProgress?: (progress: Progress) => void;
}

/** A fault or a note. */
export interface Finding {
  /** The number of the entry. */
  seq: bigint;
  /** What it is: for a fault one of {@link FaultKind}, for a note one of {@link NoteKind}. */
  kind: string;
  /** With which value. */
  detail: string;
}

/** The kinds of fault. */
export type FaultKind =
  | 'commitment' | 'genesis' | 'header' | 'id' | 'index' | 'leaf' | 'link' | 'missing' | 'payload' | 'sequence' | 'tree' | 'truncated' | 'unknown';

/** The kinds of note. */
export type NoteKind = 'clock' | 'erased' | 'not_canonical' | 'pending';

/** The outcome of a verification: the schema `sealbook/verify/1`, with numbers of entries as `bigint`. */
export interface Report {
  schema: 'sealbook/verify/1';
  /** `intact` if there is no fault. */
  verdict: 'intact' | 'tampered';
  /** How many entries there are. */
  entries: bigint;
  /** The root over all entries, unless one of them is missing. */
  root: string | null;
  /** The origin in the genesis entry, if it can be read. */
  origin: string | null;
  faults: (Finding & { kind: FaultKind })[];
  /** What is no fault but should be known. */
  notes: (Finding & { kind: NoteKind })[];
  /** What could not be judged and why; each begins with its topic and a colon. */
  not_checked: string[];
}

/** What an import did. */
export interface Imported {
  /** Entries in the export. */
  entries: bigint;
  /** Entries that this ledger did not have yet. */
  recorded: bigint;
}

/** Options of a ledger in memory. */
export interface MemoryOptions {
  /** The origin line of a ledger that is made, or that an existing one must have. `local/<ledger id>` if not given. */
  origin?: string;
  /** The most bytes of a payload in canonical form; 1 MiB if not given. */
  payloadLimit?: number;
  /** Whether secrets of known form are replaced before they are hashed; `true` if not given. */
  redact?: boolean;
}

/** How a ledger is opened. */
export interface OpenOptions extends MemoryOptions {
  /** Make the ledger if there is none. */
  create?: boolean;
  /** Only read. Nothing is written then. */
  readOnly?: boolean;
  /** Milliseconds to wait for another process that writes; 30,000 if not given. */
  busyTimeout?: number;
}

/**
 * An open ledger.
 *
 * @example
 * ```js
 * const ledger = await Ledger.open('project', { create: true });
 * const entry = await ledger.record('human_review', { actor: { type: 'human', id: 'ana' }, action: { type: 'approve' } });
 * assert.equal(entry.seq, 1n); // entry 0 is the genesis
 * assert.equal((await ledger.verify()).verdict, 'intact');
 * await ledger.close();
 * ```
 */
export class Ledger {
  private constructor();

  /**
   * Opens the ledger at `path`: a project folder or one below it, or a ledger file.
   *
   * @param path - A path or a `file:` URL; the current folder if not given.
   * @returns The open ledger.
   * @throws `NOT_A_PROJECT`, `NOT_FOUND`, `NOT_A_LEDGER`, `LEDGER_TOO_NEW`, `LEDGER_BUSY`, `READ_ONLY`, `PERMISSION_DENIED`, `DISK_FULL`, `IO`,
   * `INVALID_ORIGIN`, `ORIGIN_MISMATCH`, `INVALID_ARGUMENT`.
   * @example
   * ```js
   * const ledger = await Ledger.open('project', { create: true, origin: 'example.com/project' });
   * assert.equal(ledger.origin, 'example.com/project');
   * await ledger.close();
   * await assert.rejects(Ledger.open('nowhere'), { code: 'NOT_FOUND' });
   * ```
   */
  static open(path?: string | URL, options?: OpenOptions): Promise<Ledger>;

  /**
   * As {@link Ledger.open}, blocking.
   *
   * @example
   * ```js
   * const ledger = Ledger.openSync('project', { create: true });
   * assert.equal(ledger.size(), 1n);
   * ledger.closeSync();
   * ```
   */
  static openSync(path?: string | URL, options?: OpenOptions): Ledger;

  /**
   * A ledger that lasts as long as the process, for tests.
   *
   * @throws `INVALID_ORIGIN`, `INVALID_ARGUMENT`, `IO`.
   * @example
   * ```js
   * const ledger = Ledger.inMemory({ origin: 'example.com/test' });
   * assert.equal(ledger.path, null);
   * ```
   */
  static inMemory(options?: MemoryOptions): Ledger;

  /**
   * The ledger file; `null` for a ledger in memory.
   *
   * @throws `CLOSED`.
   */
  readonly path: string | null;

  /**
   * The origin line of the genesis entry; `null` if that is damaged.
   *
   * @throws `CLOSED`.
   */
  readonly origin: string | null;

  /**
   * How many entries there are.
   *
   * @throws `CLOSED`, `IO`.
   * @example
   * ```js
   * assert.equal(Ledger.inMemory().size(), 1n);
   * ```
   */
  size(): bigint;

  /**
   * Records one entry. The promise is fulfilled when the entry is durable; calls that wait at the same time share one sync.
   *
   * @param kind - `human_review`, `ai_assistance`, `commit`, `validation`, ... or `custom.<name>`.
   * @returns The entry as it was stored.
   * @throws `INVALID_KIND`, `RESERVED_KIND`, `INVALID_ID`, the `PAYLOAD_*` codes, `ID_CONFLICT`, `READ_ONLY`, `LEDGER_BUSY`, `DISK_FULL`, `TAMPERED`,
   * `LEDGER_POISONED`, `CLOSED`, `IO`. Nothing is recorded then. `TypeError` for what JSON cannot hold: see {@link Payload}.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const entry = await ledger.record('validation', { spec: 'FEAT-1', metrics: { passed: 12 } });
   * assert.equal(entry.payload.metrics.passed, 12);
   * await assert.rejects(ledger.record('validation', { metrics: { passed: NaN } }), { code: 'PAYLOAD_NOT_FINITE' });
   * ```
   */
  record(kind: string, payload: Payload, options?: RecordOptions): Promise<Entry>;

  /**
   * As {@link Ledger.record}, blocking until the entry is durable.
   *
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * assert.equal(ledger.recordSync('custom.note', { text: 'done' }).seq, 1n);
   * ```
   */
  recordSync(kind: string, payload: Payload, options?: RecordOptions): Entry;

  /**
   * Records one entry from the text of a JSON object, which is passed on as it is.
   *
   * @param json - The text, or its UTF-8 bytes.
   * @throws As {@link Ledger.record}, and `PAYLOAD_NOT_JSON`, `PAYLOAD_NOT_UTF8`, `PAYLOAD_DUPLICATE_KEY`.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const entry = await ledger.recordJson('custom.event', '{ "b": 1.50, "a": true }');
   * assert.deepEqual(entry.payload, { a: true, b: 1.5 });
   * ```
   */
  recordJson(kind: string, json: string | Uint8Array, options?: RecordOptions): Promise<Entry>;

  /**
   * As {@link Ledger.recordJson}, blocking.
   *
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * assert.throws(() => ledger.recordJsonSync('custom.event', '{"a":1,"a":2}'), { code: 'PAYLOAD_DUPLICATE_KEY' });
   * ```
   */
  recordJsonSync(kind: string, json: string | Uint8Array, options?: RecordOptions): Entry;

  /**
   * Records all or none, in order and without other entries between them.
   *
   * @returns The entries, once they are durable.
   * @throws As {@link Ledger.record}; `context.record` names the offending one, from 0.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const entries = await ledger.recordMany([
   *   { kind: 'ai_assistance', payload: { actor: { type: 'ai', id: 'agent-7' } } },
   *   { kind: 'human_review', payload: { actor: { type: 'human', id: 'ana' } } },
   * ]);
   * assert.deepEqual(entries.map((entry) => entry.seq), [1n, 2n]);
   * ```
   */
  recordMany(records: Iterable<NewRecord>): Promise<Entry[]>;

  /**
   * As {@link Ledger.recordMany}, blocking.
   *
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const records = [{ kind: 'custom.a', payload: {} }, { kind: 'Custom', payload: {} }];
   * assert.throws(() => ledger.recordManySync(records), { code: 'INVALID_KIND', context: { record: '1' } });
   * assert.equal(ledger.size(), 1n);
   * ```
   */
  recordManySync(records: Iterable<NewRecord>): Entry[];

  /**
   * The entry with this number or id.
   *
   * @throws `NOT_FOUND`, `INVALID_ID`, `INVALID_ARGUMENT`, `TAMPERED` if the entry is damaged, `CLOSED`, `IO`.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const { id } = await ledger.record('custom.note', {});
   * assert.equal((await ledger.get(1n)).id, id);
   * assert.equal((await ledger.get(id)).seq, 1n);
   * ```
   */
  get(key: bigint | number | string): Promise<Entry>;

  /**
   * As {@link Ledger.get}, blocking.
   *
   * @example
   * ```js
   * assert.equal(Ledger.inMemory().getSync(0).kind, 'sys.genesis');
   * ```
   */
  getSync(key: bigint | number | string): Entry;

  /**
   * The entries that match, read page after page while one iterates.
   *
   * @throws `INVALID_QUERY`, `TAMPERED` if a matching entry is damaged, `CLOSED`, `IO`.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * await ledger.record('human_review', { actor: { type: 'human', id: 'ana' } });
   * for await (const entry of ledger.query({ actor: 'ana', order: 'oldest' })) {
   *   assert.equal(entry.kind, 'human_review');
   * }
   * ```
   */
  query(query?: Query): AsyncGenerator<Entry, void, undefined>;

  /**
   * As {@link Ledger.query}, blocking.
   *
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * assert.deepEqual([...ledger.querySync({ limit: 1 })].map((entry) => entry.kind), ['sys.genesis']);
   * ```
   */
  querySync(query?: Query): Generator<Entry, void, undefined>;

  /**
   * One page of the entries that match, and the cursor of the next.
   *
   * @throws As {@link Ledger.query}.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * await ledger.record('custom.note', {});
   * const first = await ledger.queryPage({ order: 'oldest', limit: 1 });
   * const second = await ledger.queryPage({ order: 'oldest', limit: 1, cursor: first.next });
   * assert.equal(second.entries[0].kind, 'custom.note');
   * ```
   */
  queryPage(query?: PageQuery): Promise<Page>;

  /**
   * As {@link Ledger.queryPage}, blocking.
   *
   * @example
   * ```js
   * assert.equal(Ledger.inMemory().queryPageSync().entries.length, 1);
   * ```
   */
  queryPageSync(query?: PageQuery): Page;

  /**
   * Verifies every entry and what is kept beside them. Damage is no error: it is in the report.
   *
   * @throws The signal's reason, `CLOSED`, `IO`, `INVALID_ARGUMENT`.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const { entries, root } = await ledger.verify(); // to be kept elsewhere
   * await ledger.record('custom.note', {});
   * const found = await ledger.verify({ size: entries, root });
   * assert.equal(found.verdict, 'intact');
   * assert.deepEqual(found.not_checked, []);
   * ```
   */
  verify(options?: Expected & WatchOptions): Promise<Report>;

  /**
   * As {@link Ledger.verify}, blocking.
   *
   * @example
   * ```js
   * assert.equal(Ledger.inMemory().verifySync().entries, 1n);
   * ```
   */
  verifySync(expected?: Expected): Report;

  /**
   * Computes the query index and the tree's tiles anew, if nothing else is at fault.
   *
   * @throws `TAMPERED` if verification finds other faults, since computing anew would hide them; `READ_ONLY`, `CLOSED`, `IO`, the signal's reason.
   * @example
   * ```js
   * const ledger = await Ledger.open('project', { create: true });
   * await ledger.reindex();
   * await ledger.close();
   * ```
   */
  reindex(options?: WatchOptions): Promise<void>;

  /**
   * As {@link Ledger.reindex}, blocking.
   *
   * @example
   * ```js
   * Ledger.inMemory().reindexSync();
   * ```
   */
  reindexSync(): void;

  /**
   * Writes all entries to a file as JSON lines, which {@link verifyExport} and any independent verifier can check.
   *
   * @returns How many entries were written.
   * @throws `CLOSED`, `PERMISSION_DENIED`, `NOT_FOUND`, `DISK_FULL`, `IO`, the signal's reason. What has been written then is no complete export.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * assert.equal(await ledger.export('export.jsonl'), 1n);
   * ```
   */
  export(path: string | URL, options?: WatchOptions): Promise<bigint>;

  /**
   * As {@link Ledger.export}, blocking.
   *
   * @example
   * ```js
   * assert.equal(Ledger.inMemory().exportSync('export.jsonl'), 1n);
   * ```
   */
  exportSync(path: string | URL): bigint;

  /**
   * Verifies an export and records each of its entries as evidence: one entry of kind `import` each. Importing it again adds only what is new.
   *
   * @throws `INVALID_EXPORT` if the export does not verify, `NOT_FOUND`, the signal's reason, and as {@link Ledger.recordMany}.
   * @example
   * ```js
   * const [theirs, ours] = [Ledger.inMemory(), Ledger.inMemory()];
   * await theirs.export('theirs.jsonl');
   * assert.deepEqual(await ours.import('theirs.jsonl'), { entries: 1n, recorded: 1n });
   * assert.deepEqual(await ours.import('theirs.jsonl'), { entries: 1n, recorded: 0n });
   * ```
   */
  import(path: string | URL, options?: WatchOptions): Promise<Imported>;

  /**
   * As {@link Ledger.import}, blocking.
   *
   * @example
   * ```js
   * Ledger.inMemory().exportSync('theirs.jsonl');
   * assert.equal(Ledger.inMemory().importSync('theirs.jsonl').recorded, 1n);
   * ```
   */
  importSync(path: string | URL): Imported;

  /**
   * Reads the history of the git repository at or above `path`, the files under `path`, or both, and says what they claim about AI. With
   * `record` it goes to this ledger.
   *
   * @param path - The current folder if not given. Without the history, any folder or file.
   * @throws As {@link scan}, and with `record` as {@link Ledger.recordMany}.
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * await assert.rejects(ledger.scan('.'), { code: 'NOT_A_REPOSITORY' });
   * ```
   */
  scan(path?: string | URL, options?: ScanOptions & WatchOptions): Promise<ScanReport>;

  /**
   * As {@link Ledger.scan}, blocking.
   *
   * @example
   * ```js
   * assert.throws(() => Ledger.inMemory().scanSync('.'), NotARepositoryError);
   * ```
   */
  scanSync(path?: string | URL, options?: ScanOptions): ScanReport;

  /**
   * Refuses new calls, waits for those under way, and closes the ledger. Closing again does nothing.
   *
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * const recording = ledger.record('custom.note', {});
   * await ledger.close();
   * assert.equal((await recording).seq, 1n);
   * assert.throws(() => ledger.size(), ClosedError);
   * ```
   */
  close(): Promise<void>;

  /**
   * Closes the ledger at once. Asynchronous calls that still wait for their turn reject with `CLOSED`.
   *
   * @example
   * ```js
   * const ledger = Ledger.inMemory();
   * ledger.closeSync();
   * ledger.closeSync();
   * ```
   */
  closeSync(): void;

  /** {@link Ledger.closeSync}, for `using`, where the runtime has the symbol. */
  [Symbol.dispose](): void;

  /** {@link Ledger.close}, for `await using`, where the runtime has the symbol. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Verifies an export in a file. Damage is no error: it is in the report.
 *
 * @throws `NOT_FOUND`, `PERMISSION_DENIED`, `IO`, `INVALID_ARGUMENT`, the signal's reason.
 * @example
 * ```js
 * await Ledger.inMemory().export('export.jsonl');
 * const found = await verifyExport('export.jsonl');
 * assert.equal(found.verdict, 'intact');
 * ```
 */
export function verifyExport(path: string | URL, options?: Expected & WatchOptions): Promise<Report>;

/**
 * As {@link verifyExport}, blocking.
 *
 * @example
 * ```js
 * Ledger.inMemory().exportSync('export.jsonl');
 * assert.equal(verifyExportSync('export.jsonl', { size: 2 }).faults[0].kind, 'truncated');
 * ```
 */
export function verifyExportSync(path: string | URL, expected?: Expected): Report;

/**
 * The canonical JSON (RFC 8785) of a payload: the bytes that an entry commits to.
 *
 * @throws The `PAYLOAD_*` codes, `TypeError`: see {@link Payload}.
 * @example
 * ```js
 * assert.equal(canonicalize({ b: 1.5, a: '€' }), '{"a":"€","b":1.5}');
 * ```
 */
export function canonicalize(payload: object): string;

/**
 * As {@link canonicalize}, from a JSON text.
 *
 * @example
 * ```js
 * assert.equal(canonicalizeJson('{ "b": 1.50, "a": "\\u0041" }'), '{"a":"A","b":1.5}');
 * ```
 */
export function canonicalizeJson(json: string | Uint8Array): string;

/** The version of this package. */
export const version: string;
