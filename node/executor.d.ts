/** How calls are made: `Executor.under`. Lengths of time are milliseconds. */
export interface CallPolicy {
  /** 0 to 255, or a name for 32, 96 (the default), 160 and 224. */
  priority?: number | 'low' | 'medium' | 'high' | 'critical';
  /** Attempts in all; 1 if not given. */
  maxAttempts?: number;
  /** As for tasks. `Permanent` ends a call, `RetryAfter` asks for a longer delay. */
  retry?: {
    initial?: number;
    factor?: number;
    max?: number;
    jitter?: 'full' | 'equal' | 'decorrelated' | 'none';
    nonRetryable?: Array<string | (new (...args: never[]) => Error)>;
  };
  /** The name of what the calls depend on. They share a breaker: while it is open they wait without an attempt being spent. */
  dependency?: string;
  /** When the breaker opens: after `consecutive` failures, or by `ratio` of `leastCalls`; and for how long, `recovery`. */
  breaker?: { consecutive?: number; ratio?: number; window?: number; leastCalls?: number; recovery?: number; recoveryMax?: number };
}

/** What a function knows about the attempt that it is called for. */
export interface Call {
  /** Which attempt it is, from 1. */
  attempt: number;
  /** That of the submission. */
  signal: AbortSignal | undefined;
}

/** Calls under one policy. */
export class Calls {
  protected constructor();

  /** Where the policy's breaker stands; null if there is none. */
  get breaker(): 'closed' | 'open' | 'half_open' | 'forced' | null;

  /**
   * Has a function called, and again if it throws or rejects, as the policy says. Rejects with what the last attempt threw; with the
   * signal's reason if it is aborted before the call begins.
   *
   * Rejects with `QueueFullError` if as many calls are under way as the executor takes, with `ClosedError` after `close`.
   *
   * @example
   * ```js
   * const executor = new Executor();
   * assert.deepEqual(await Promise.all([1, 2, 3].map((n) => executor.submit(() => n * n))), [1, 4, 9]);
   * ```
   */
  submit<T>(work: (call: Call) => T | PromiseLike<T>, options?: { signal?: AbortSignal }): Promise<T>;
}

/**
 * Runs functions on the event loop, the most urgent first and so many at once. What has to survive the process, to be approved or to be
 * recorded is a task of an `Orchestrator`.
 *
 * @example
 * ```js
 * const executor = new Executor({ concurrency: 8 });
 * const patient = executor.under({ maxAttempts: 5, retry: { initial: 1 } });
 * let calls = 0;
 * const answer = await patient.submit(async () => {
 *   calls += 1;
 *   if (calls < 3) throw new Error('not yet');
 *   return 'at last';
 * });
 * assert.deepEqual([answer, calls], ['at last', 3]);
 * await executor.close();
 * ```
 */
export class Executor extends Calls {
  /** `concurrency` calls at once (64 if not given; may be Infinity), `capacity` (100,000) under way, those that wait included. */
  constructor(options?: { concurrency?: number; capacity?: number });

  /**
   * Calls in the same executor under another policy. Throws `InvalidArgumentError`, `InvalidPolicyError`.
   *
   * @example
   * ```js
   * const urgent = new Executor().under({ priority: 'high', maxAttempts: 3 });
   * assert.equal(await urgent.submit(({ attempt }) => attempt), 1);
   * ```
   */
  under(policy?: CallPolicy): Calls;

  /** How many calls have no outcome yet. */
  get open(): number;

  /**
   * Takes nothing new, and resolves when every call has its outcome. With `cancel` what does not run now is rejected with `CancelledError`.
   *
   * @example
   * ```js
   * const executor = new Executor();
   * await executor.close({ cancel: true });
   * await assert.rejects(executor.submit(() => 1), ClosedError);
   * ```
   */
  close(options?: { cancel?: boolean }): Promise<void>;
}
