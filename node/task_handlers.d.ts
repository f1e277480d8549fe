import type { TaskState, TaskFailure, TaskEvent, TaskView, ActOptions, WaitOptions } from './task_forms.js';

/** A task that was submitted. */
export class TaskHandle<T = any> {
  private constructor();
  /** The task's id. */
  readonly id: string;
  /** Whether the task was there already, under the same idempotency key. */
  readonly repeated: boolean;

  /**
   * Waits for the task's result.
   *
   * @throws {@link TaskFailedError} if it ended without one, and as {@link Orchestrator.wait}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('fails', null, { maxAttempts: 1 });
   * await orchestrator.work({ fails() { throw new RangeError('on purpose'); } }, { untilIdle: true });
   * await assert.rejects(task.result(), (error) => error instanceof TaskFailedError && error.failure.class === 'RangeError');
   * await orchestrator.close();
   * ```
   */
  result(options?: WaitOptions): Promise<T>;
  /**
   * Where the task stands.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * assert.equal(await (await orchestrator.submit('a')).status(), 'queued');
   * await orchestrator.close();
   * ```
   */
  status(): Promise<TaskState>;
  /**
   * The task with its history and its pleas.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * assert.equal((await (await orchestrator.submit('a', [1])).show()).arguments[0], 1);
   * await orchestrator.close();
   * ```
   */
  show(): Promise<TaskView>;
  /**
   * As {@link Orchestrator.cancel}.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * assert.equal(await (await orchestrator.submit('a')).cancel(), 'cancelled');
   * await orchestrator.close();
   * ```
   */
  cancel(options?: ActOptions): Promise<TaskState>;
  /**
   * The id.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * assert.equal(JSON.stringify({ task }), JSON.stringify({ task: task.id }));
   * await orchestrator.close();
   * ```
   */
  toJSON(): string;
}

/** What happens to tasks, in order: made by {@link Orchestrator.events}. */
export class Events implements AsyncIterableIterator<TaskEvent> {
  private constructor();
  /** The number of the last event that it gave, to go on behind it another time; `undefined` before it is known. */
  readonly cursor: number | undefined;
  next(): Promise<IteratorResult<TaskEvent, undefined>>;
  return(value?: any): Promise<IteratorResult<TaskEvent, any>>;
  /**
   * Ends the iteration.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const events = orchestrator.events();
   * events.close();
   * assert.ok((await events.next()).done);
   * await orchestrator.close();
   * ```
   */
  close(): void;
  [Symbol.asyncIterator](): this;
}

/** One attempt at a task, as its handler sees it. */
export class Attempt {
  private constructor();
  /** The task's id. */
  readonly task: string;
  readonly kind: string;
  /** The task's arguments, as JSON has them. */
  readonly arguments: any;
  /** For whom. */
  readonly requester: string;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Grows each time that the task is given to a worker: effects that carry it can be fenced elsewhere, too. */
  readonly epoch: number;
  /** The same over all attempts, for services that keep effects single. */
  readonly idempotencyKey: string;
  /** Milliseconds until the attempt has to end; `null` without a timeout. */
  readonly remaining: number | null;
  /** Aborted, with a {@link CancelledError}, when the attempt is to stop: the task was cancelled, takes too long, or the worker has lost it. */
  readonly signal: AbortSignal;
  /** Whether it is to stop. */
  readonly cancelled: boolean;
  /** Why it is to stop, if it is. */
  readonly stopReason: string | null;

  /**
   * Ends the attempt if it is to stop.
   *
   * @throws `CANCELLED`.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.submit('a');
   * const summary = await orchestrator.work({ a: (attempt) => attempt.throwIfCancelled() }, { untilIdle: true });
   * assert.equal(summary.completed, 1);
   * await orchestrator.close();
   * ```
   */
  throwIfCancelled(): void;

  /**
   * Gives a sign of life, which the timeout `heartbeat` asks for, with what there is to say about progress: any JSON value. It need not be
   * awaited.
   *
   * @throws At once, if the progress has no form in JSON.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * await orchestrator.work({ async a(attempt) { attempt.beat({ pages: 3 }); } }, { untilIdle: true });
   * assert.deepEqual((await task.show()).progress, { pages: 3 });
   * await orchestrator.close();
   * ```
   */
  beat(progress?: unknown): Promise<void>;
}

/** Thrown by a handler: not now. The task is tried again after so many milliseconds, and this does not count as an attempt. */
export class Snooze extends Error {
  constructor(delay: number);
  readonly delay: number;
}

/** Thrown by a handler: no other attempt would help. With a `cause`, the failure has the class of that. */
export class Permanent extends Error {}

/** Thrown by a handler: the attempt failed, and the next one is not to begin before so many milliseconds have passed. */
export class RetryAfter extends Error {
  constructor(delay: number, message?: string, options?: { cause?: unknown });
  readonly delay: number;
}

/** A task ended without a result. */
export class TaskFailedError extends Error {
  private constructor();
  readonly code: 'TASK_FAILED' | 'CANCELLED';
  /** The task as it ended. */
  readonly view: TaskView;
  /** `failed`, `cancelled` or `dead`. */
  readonly state: TaskState;
  /** The last attempt's failure. */
  readonly failure: TaskFailure | null;
}
