import type { Entry, Ledger, NewRecord, SealbookError } from './index.js';
import type {
  TaskState,
  TaskEvent,
  TaskRow,
  TaskView,
  WorkSummary,
  TaskLike,
  TaskOptions,
  ScheduleTimes,
  Schedule,
  NewTask,
  Handler,
  WorkOptions,
  ActOptions,
  WaitOptions,
  EventOptions,
} from './task_forms.js';
import type { TaskHandle, Events } from './task_handlers.js';
import type { Controls } from './controls.js';
import type { Pleading } from './pleading.js';

export * from './task_forms.js';
export * from './task_handlers.js';
export * from './controls.js';
export * from './pleading.js';

/**
 * The tasks of a ledger: submits them, runs them, and asks people to approve them.
 *
 * Nothing here blocks the event loop or takes a thread of Node's pool. What it waits for keeps the process alive: a worker, an iteration over
 * events, a listener, a result. {@link Orchestrator.close} ends them all.
 *
 * @example
 * ```js
 * const orchestrator = await Orchestrator.open('project', { requester: 'ann', create: true });
 * const task = await orchestrator.submit('research.summarise', { url: 'https://example.com' });
 * await orchestrator.work({ 'research.summarise': async ({ arguments: { url } }) => `all about ${url}` }, { untilIdle: true });
 * assert.equal(await task.result(), 'all about https://example.com');
 * await orchestrator.close();
 * ```
 */
export class Orchestrator {
  private constructor();

  /**
   * Over the ledger at a path, or over one that is open.
   *
   * @param ledger - The project folder or one below it, a ledger file, or a {@link Ledger}; the current folder if not given.
   * @throws As {@link Ledger.open}; `INVALID_ARGUMENT` if the project's `sealbook.toml` is not understood.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.open(Ledger.inMemory(), { requester: 'ann' });
   * assert.equal(orchestrator.requester, 'ann');
   * await orchestrator.close();
   * ```
   */
  static open(ledger?: string | URL | Ledger, options?: {
    /** For whom tasks are submitted, and who acts on them; if not given, `SEALBOOK_PRINCIPAL` or the user's name. */
    requester?: string;
    /**
     * Who looks: tasks, pleas and events are those that this principal may see, which are its own and those of kinds that it may see, approve or manage.
     * If not given, all: the program itself is trusted.
     */
    viewer?: string;
    /** Make the ledger if there is none. */
    create?: boolean;
    /** Milliseconds to wait for another process that writes. */
    busyTimeout?: number;
  }): Promise<Orchestrator>;

  /**
   * Over a ledger that lasts as long as the process.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * assert.deepEqual(await orchestrator.counts(), {});
   * await orchestrator.close();
   * ```
   */
  static inMemory(options?: { requester?: string }): Promise<Orchestrator>;

  /** The ledger that its tasks are recorded in. */
  readonly ledger: Ledger;

  /** For whom tasks are submitted, if nothing else is said. */
  readonly requester: string;

  /** Whether it was closed. */
  readonly closed: boolean;

  /**
   * Submits a task. The promise is fulfilled when it is durable; calls that wait at the same time share a sync.
   *
   * @param args - A JSON value, which its handler gets.
   * @throws `INVALID_TASK`, `INVALID_POLICY`, the `PAYLOAD_*` codes, `QUEUE_FULL`, `ACCESS_REFUSED`, `IDEMPOTENCY_CONFLICT`, `LEDGER_BUSY`,
   * `DISK_FULL`, `READ_ONLY`, `CLOSED`, `IO`. Nothing is submitted then. `TypeError` for arguments that JSON cannot hold.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const task = await orchestrator.submit('deploy', ['production'], { priority: 'high', requireApprovals: 1 });
   * assert.equal(await task.status(), 'awaiting_approval');
   * await assert.rejects(orchestrator.submit('Deploy'), InvalidTaskError);
   * await orchestrator.close();
   * ```
   */
  submit<T = any>(kind: string, args?: unknown, options?: TaskOptions): Promise<TaskHandle<T>>;

  /**
   * Submits all tasks or none, with one sync.
   *
   * @throws As {@link Orchestrator.submit}; `context.task` names the offending one, from 0.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const tasks = await orchestrator.submitMany([['a', [1]], { kind: 'b', arguments: [2], priority: 7 }]);
   * assert.equal((await tasks[1].show()).priority, 7);
   * await orchestrator.close();
   * ```
   */
  submitMany(tasks: Iterable<NewTask>): Promise<TaskHandle[]>;

  /**
   * Records entries of your own and submits tasks, all or nothing of it, with one sync. The entries stand in front of those about the tasks.
   *
   * Tasks that are repeated under an idempotency key are not submitted again, and entries are recorded all the same: give those ids as well if
   * the call may be repeated.
   *
   * @param entries - As for {@link Ledger.recordMany}.
   * @param tasks - As for {@link Orchestrator.submitMany}.
   * @throws As {@link Ledger.recordMany} and {@link Orchestrator.submit}; `context.record` or `context.task` names the offending one, from 0.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const order = { kind: 'custom.order', payload: { order: 7 } };
   * const { entries, tasks } = await orchestrator.recordAndSubmit([order], [['ship', 7], ['bill', 7]]);
   * assert.deepEqual([entries[0].payload.order, await tasks[1].status()], [7, 'queued']);
   * await assert.rejects(orchestrator.recordAndSubmit([order, { kind: 'sys.key', payload: {} }], [['ship', 8]]), ReservedKindError);
   * assert.equal((await orchestrator.list()).length, 2);
   * await orchestrator.close();
   * ```
   */
  recordAndSubmit(entries: Iterable<NewRecord>, tasks: Iterable<NewTask>): Promise<{ entries: Entry[]; tasks: TaskHandle[] }>;

  /**
   * A task with its history and its pleas.
   *
   * @throws `NOT_FOUND`, `INVALID_ID`.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * const { state, history } = await orchestrator.show(task);
   * assert.deepEqual([state, history[0].event], ['queued', 'ready']);
   * await orchestrator.close();
   * ```
   */
  show(task: TaskLike): Promise<TaskView>;

  /**
   * Tasks by their id, which begins with the moment of their submission, without their history.
   *
   * @throws `INVALID_ARGUMENT` if the filter is not understood.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.submit('a');
   * assert.equal((await orchestrator.list({ states: ['queued'], kind: 'a' })).length, 1);
   * await orchestrator.close();
   * ```
   */
  list(options?: {
    states?: Iterable<TaskState>;
    kind?: string;
    /** Submitted after this one; for paging. */
    after?: TaskLike;
    /** At most so many. */
    limit?: number;
  }): Promise<TaskRow[]>;

  /**
   * Cancels a task: at once if it does not run, else by asking its handler to stop.
   *
   * @returns The state that it is in now.
   * @throws `NOT_FOUND`, `TASK_ILLEGAL_TRANSITION` if it has ended, `ACCESS_REFUSED` if whoever acts neither asked for it nor may manage it.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * assert.equal(await orchestrator.cancel(task, { reason: 'no longer wanted' }), 'cancelled');
   * await orchestrator.close();
   * ```
   */
  cancel(task: TaskLike, options?: ActOptions): Promise<TaskState>;

  /**
   * Takes a waiting task out until it is resumed.
   *
   * @throws As {@link Orchestrator.cancel}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * assert.equal(await orchestrator.suspend(task), 'suspended');
   * assert.equal(await orchestrator.resume(task), 'queued');
   * await orchestrator.close();
   * ```
   */
  suspend(task: TaskLike, options?: ActOptions): Promise<TaskState>;

  /**
   * Lets a suspended task wait for its turn again.
   *
   * @throws As {@link Orchestrator.cancel}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * await assert.rejects(orchestrator.resume(task), TaskStateError); // it is not suspended
   * await orchestrator.close();
   * ```
   */
  resume(task: TaskLike, options?: ActOptions): Promise<TaskState>;

  /**
   * Does the same to many tasks. One for which it cannot be done does not hold back the others.
   *
   * @returns For each the state that it is in then, or the error that says why it was not done.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const [one, other] = await orchestrator.submitMany([['a', 1], ['a', 2]]);
   * await orchestrator.cancel(one);
   * const [failed, done] = await orchestrator.actMany('cancel', [one, other]);
   * assert.ok(failed.error instanceof TaskStateError);
   * assert.equal(done.state, 'cancelled');
   * await orchestrator.close();
   * ```
   */
  actMany(
    act: 'cancel' | 'suspend' | 'resume' | 'retry',
    tasks: Iterable<TaskLike>,
    options?: ActOptions,
  ): Promise<Array<{ id: string; state: TaskState; error?: undefined } | { id: string; state?: undefined; error: SealbookError }>>;

  /**
   * Tries an ended task anew, from the first attempt; approval has to be asked for anew, too.
   *
   * @throws As {@link Orchestrator.cancel}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * await orchestrator.cancel(task);
   * assert.equal(await orchestrator.retry(task), 'queued');
   * await orchestrator.close();
   * ```
   */
  retry(task: TaskLike, options?: ActOptions): Promise<TaskState>;

  /**
   * Puts a schedule under its name: a task is submitted at each of its times, once, by whichever worker runs then.
   *
   * Putting again what is there changes nothing, so a program may do it whenever it starts: as long as the times stay the same, no missed
   * run is lost, and a schedule that is paused stays so.
   *
   * @param task - As for {@link Orchestrator.submitMany}, without what only a single task can have: `after`, `delay`, an idempotency key.
   * @throws `INVALID_SCHEDULE` if the times are not understood or never come, and as {@link Orchestrator.submit}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const times = { cron: '0 9 * * MON-FRI', zone: 'Europe/Berlin', missed: 'once' };
   * const schedule = await orchestrator.schedule('mornings', times, ['report', { of: 'sales' }]);
   * assert.deepEqual([typeof schedule.next, schedule.last], ['string', null]);
   * await assert.rejects(orchestrator.schedule('never', { cron: '0 0 30 2 *' }, ['report']), InvalidScheduleError);
   * await orchestrator.close();
   * ```
   */
  schedule(name: string, times: ScheduleTimes, task: NewTask): Promise<Schedule>;

  /**
   * All schedules, by name.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const schedule = await orchestrator.schedule('nightly', { cron: '@daily' }, ['report']);
   * assert.deepEqual(await orchestrator.schedules(), [schedule]);
   * await orchestrator.close();
   * ```
   */
  schedules(): Promise<Schedule[]>;

  /**
   * Removes a schedule. The tasks that it has made stay.
   *
   * @throws `NOT_FOUND`; `ACCESS_REFUSED` if whoever acts is neither its requester nor may manage such tasks.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.schedule('nightly', { cron: '@daily' }, ['report']);
   * await orchestrator.unschedule('nightly');
   * await assert.rejects(orchestrator.unschedule('nightly'), NotFoundError);
   * await orchestrator.close();
   * ```
   */
  unschedule(name: string, options?: { as?: string }): Promise<void>;

  /**
   * Keeps a schedule from making tasks until it is resumed.
   *
   * @throws As {@link Orchestrator.unschedule}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.schedule('nightly', { cron: '@daily' }, ['report']);
   * assert.equal((await orchestrator.pauseSchedule('nightly')).next, null);
   * await orchestrator.close();
   * ```
   */
  pauseSchedule(name: string, options?: { as?: string }): Promise<Schedule>;

  /**
   * Lets a paused schedule go on from now; what would have run meanwhile is left out.
   *
   * @throws As {@link Orchestrator.unschedule}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.schedule('nightly', { cron: '@daily' }, ['report']);
   * await orchestrator.pauseSchedule('nightly');
   * assert.equal((await orchestrator.resumeSchedule('nightly')).paused, false);
   * await orchestrator.close();
   * ```
   */
  resumeSchedule(name: string, options?: { as?: string }): Promise<Schedule>;

  /**
   * How many tasks stand in each state.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.submitMany([['a'], ['a']]);
   * assert.deepEqual(await orchestrator.counts(), { queued: 2 });
   * await orchestrator.close();
   * ```
   */
  counts(): Promise<Partial<Record<TaskState, number>>>;

  /**
   * Counts, rates and latencies over the last transitions, 10,000 if not given.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * assert.equal(typeof (await orchestrator.stats({ window: 100 })), 'object');
   * await orchestrator.close();
   * ```
   */
  stats(options?: { window?: number }): Promise<Record<string, any>>;

  /**
   * The same in the text format of Prometheus.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.submit('a');
   * assert.match(await orchestrator.prometheus(), /^# /m);
   * await orchestrator.close();
   * ```
   */
  prometheus(options?: { window?: number }): Promise<string>;

  /**
   * What happens to tasks, in order and from all processes. A slow reader misses nothing, and slows nobody.
   *
   * @throws `INVALID_ARGUMENT`.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.submit('a');
   * for await (const event of orchestrator.events({ behind: 0, follow: false })) {
   *   assert.deepEqual([event.event, event.to], ['ready', 'queued']);
   * }
   * await orchestrator.close();
   * ```
   */
  events(options?: EventOptions): Events;

  /**
   * Calls a listener for each event from now on (`event`), for each that leads to a state (such as `completed`), or for an error that ends all
   * listening. It keeps the process alive until it is taken off.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const seen = [];
   * orchestrator.on('completed', (event) => seen.push(event.task));
   * const task = await orchestrator.submit('a');
   * await orchestrator.work({ a() {} }, { untilIdle: true });
   * while (!seen.length) await new Promise(setImmediate);
   * assert.deepEqual(seen, [task.id]);
   * await orchestrator.close();
   * ```
   */
  on(name: 'event' | TaskState, listener: (event: TaskEvent) => void): this;
  on(name: 'error', listener: (error: Error) => void): this;

  /**
   * As {@link Orchestrator.on}, for the first one only.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * let seen = 0;
   * orchestrator.once('queued', () => seen++);
   * await orchestrator.submit('a');
   * while (!seen) await new Promise(setImmediate);
   * await orchestrator.close();
   * ```
   */
  once(name: 'event' | TaskState, listener: (event: TaskEvent) => void): this;
  once(name: 'error', listener: (error: Error) => void): this;

  /**
   * Takes a listener off.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const listener = () => {};
   * orchestrator.on('event', listener).off('event', listener);
   * await orchestrator.close();
   * ```
   */
  off(name: 'event' | 'error' | TaskState, listener: (event: any) => void): this;

  /**
   * Waits until a task has ended, in whatever way, in this process or in another.
   *
   * @throws `NOT_FOUND`, `INVALID_ID`, `CLOSED`, the signal's reason; a `DOMException` named `TimeoutError` if it has not ended in time.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('a');
   * await assert.rejects(orchestrator.wait(task, { timeout: 1 }), { name: 'TimeoutError' });
   * await task.cancel();
   * assert.equal((await orchestrator.wait(task)).state, 'cancelled');
   * await orchestrator.close();
   * ```
   */
  wait(task: TaskLike, options?: WaitOptions): Promise<TaskView>;

  /**
   * Runs tasks of these kinds until the signal is aborted, the orchestrator is closed or, with `untilIdle`, nothing is left to do.
   *
   * Handlers run on the event loop. Leases are renewed by native threads, so that one that blocks the loop loses nothing. A handler that waits
   * for another task keeps its place meanwhile: submit that one with `after`, or throw a {@link Snooze}, where places are few.
   *
   * @returns What the worker has done.
   * @throws `INVALID_ARGUMENT`, `INVALID_TASK` for a kind that is none, `ACCESS_REFUSED`, and what ended the worker.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const tasks = await orchestrator.submitMany([1, 2, 3].map((n) => ['square', n]));
   * const summary = await orchestrator.work({ square: ({ arguments: n }) => n * n }, { concurrency: 4, untilIdle: true });
   * assert.equal(summary.completed, 3);
   * assert.deepEqual(await Promise.all(tasks.map((task) => task.result())), [1, 4, 9]);
   * await orchestrator.close();
   * ```
   */
  work(handlers: Record<string, Handler> | ReadonlyMap<string, Handler>, options?: WorkOptions): Promise<WorkSummary>;

  /**
   * Stops the workers, ends iterations and listeners, and closes the ledger unless that was given as one. Closing again does nothing.
   *
   * Do not await it in a handler, which it waits for.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.close();
   * await assert.rejects(orchestrator.counts(), ClosedError);
   * ```
   */
  close(): Promise<void>;

  /** {@link Orchestrator.close}, for `await using`, where the runtime has the symbol. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What lets tasks run and what is said about their pleas are declared in files of their own. */
export interface Orchestrator extends Controls, Pleading {}
