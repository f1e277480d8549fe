import type { CancelSignal, Ledger } from './index.js';

/** Where a task stands. The last four are ends; `dead` means that its attempts are spent. */
export type TaskState =
  | 'pending' | 'queued' | 'awaiting_approval' | 'assigned' | 'running' | 'suspended' | 'completed' | 'failed' | 'cancelled' | 'dead';

/** Why an attempt failed. */
export interface TaskFailure {
  fault: 'transient' | 'throttled' | 'timeout' | 'permanent';
  /** The name of the error's class in the handler's language. */
  class: string;
  /** What people read. */
  message: string;
  /** What developers read: the stack of an error. */
  detail?: string | null;
  /** Milliseconds that the error itself asked to wait. */
  retry_after?: number | null;
}

/** One transition of a task. */
export interface TaskTransition {
  /** Counts the task's own transitions, from 1. */
  seq: number;
  from: TaskState;
  /** What happened, such as `start` or `retry`. */
  event: string;
  to: TaskState;
  /** When: `2026-11-23T10:15:30.123456Z`. */
  at: string;
  /** In which part: `scheduler`, `worker`, `approver`, `requester` or `operator`. */
  by: string;
  /** Which principal, if it was one. */
  who?: string | null;
  /** The worker that was given the task or that caused it, and which assignment of the task that is. */
  lease?: { worker: string; term: number; epoch: number } | null;
  /** The agent that the task was assigned to, if its worker is one. */
  agent?: string | null;
  /** Attempts that count, after it. */
  attempts: number;
  reason?: string | null;
  failure?: TaskFailure | null;
}

/** Something that happened to a task. */
export interface TaskEvent extends TaskTransition {
  /** Counts the events of all tasks; to go on from. */
  number: number;
  /** The task's id. */
  task: string;
}

/** A vote on a plea. */
export interface Vote {
  voter: string;
  choice: 'approve' | 'deny';
  reason: string;
  at: string;
}

/** A task's plea for approval. */
export interface Plea {
  /** Its id, to vote with. */
  id: string;
  task: string;
  kind: string;
  state: 'pending' | 'approved' | 'consumed' | 'denied' | 'expired' | 'lapsed' | 'withdrawn' | 'superseded';
  /** How many must approve. */
  required: number;
  /** How many have. */
  approvals: number;
  /** Who asked, and so has no vote. */
  requester: string;
  /** The hash of exactly what will run. */
  subject: string;
  votes: Vote[];
  opened_at: string;
  /** When silence becomes a denial, or the next level may vote. */
  due_at: string | null;
}

/** A task as it stands, without its history. Arguments, result and progress are whatever somebody submitted or returned. */
export interface TaskRow {
  id: string;
  kind: string;
  state: TaskState;
  /** 0 to 255. */
  priority: number;
  requester: string;
  arguments: any;
  /** Attempts that count. */
  attempts: number;
  max_attempts: number;
  /** Workers lost over it. */
  crashes: number;
  submitted_at: string;
  /** When it came to its state. */
  since: string;
  not_before: string | null;
  /** Why it stands where it stands. */
  reason: string | null;
  /** The last failure. */
  failure: TaskFailure | null;
  /** The result of a completed task. */
  result: any;
  /** What its handler last reported. */
  progress: any;
  /** Who holds it. */
  worker: string | null;
  /** Whether its handler was asked to stop. */
  cancel_asked: boolean;
  /** The hash of exactly what will run. */
  subject: string;
}

/** A task with its history and its pleas. */
export interface TaskView extends TaskRow {
  /** What it waits for, in words; `null` if it runs or has ended. */
  waiting: string | null;
  history: TaskTransition[];
  pleas: Plea[];
}

/** Something that an agent can do, and in which version. One with the same major and at least the same minor version will do for a task. */
export interface Capability {
  name: string;
  /** Major and minor; `[0, 0]` if not given. */
  version?: readonly [number, number];
}

/** What a worker says of itself that is an agent. */
export interface AgentProfile {
  id: string;
  /** The kinds of task that it takes; all that it has handlers for if not given. */
  kinds?: readonly string[];
  capabilities?: readonly (string | Capability)[];
  models?: readonly string[];
  /** What a task costs with it, in a unit of your own. */
  cost?: number;
  /** How many tasks it takes at a time; the worker's concurrency if not given. */
  limit?: number;
  /** Who is preferred, with the strategy `priority`: the higher the sooner. */
  priority?: number;
}

/** An agent as it is, or as it was. */
export interface Agent {
  id: string;
  kinds: string[];
  capabilities: { name: string; version: [number, number] }[];
  models: string[];
  cost: number;
  limit: number;
  priority: number;
  /** A degraded one gets tasks if no healthy one is free. */
  health: 'healthy' | 'degraded' | 'down';
  /** Tasks that it has at the moment. */
  load: number;
  /** Tasks that it was given. */
  given: number;
  /** The share of its late tasks that succeeded, 0 to 1. */
  success: number;
  /** How many milliseconds its late tasks took. */
  latency_ms: number;
  /** The worker that it is; `null` if it has left or died. */
  worker: string | null;
}

/** What a worker has done. */
export interface WorkSummary {
  /** Attempts that it began. */
  attempts: number;
  /** Of these, tasks that completed. */
  completed: number;
  /** Attempts that failed, were snoozed or given back. */
  other: number;
  /** Outcomes that were not accepted, because the task was no longer its own. */
  fenced: number;
  /** Handlers that did not stop when they were asked to. */
  abandoned: number;
}

/** A task: what was submitted, as it stands, or its id. */
export type TaskLike = string | { readonly id: string };

/** What can be said about a task besides its kind and its arguments. All lengths of time are milliseconds. */
export interface TaskOptions {
  /** For whom; the orchestrator's own if not given. */
  requester?: string;
  /** 0 to 255, or a name for 32, 96, 160 and 224; 96 if not given. */
  priority?: number | 'low' | 'medium' | 'high' | 'critical';
  /** Attempts in all; 3 if not given. */
  maxAttempts?: number;
  retry?: {
    initial?: number;
    factor?: number;
    max?: number;
    jitter?: string;
    /** Classes of errors, or their names, after which there is no other attempt. */
    nonRetryable?: (string | Function)[];
    crashLimit?: number;
    escalateAfter?: number;
  };
  /** Submitting again under it, within a day and by the same requester, is submitting once. */
  idempotencyKey?: string;
  idempotency?: { key: string; scope?: 'requester' | 'kind' | 'project'; lifetime?: number };
  /** So many principals with the role `approver` must approve. */
  requireApprovals?: number;
  /** The whole policy. */
  approval?: Record<string, unknown>;
  /** Tasks that must end first. */
  after?: Iterable<TaskLike | { task: TaskLike; onFailure?: 'fail' | 'cancel' | 'block' | 'run' }>;
  /** Not to start sooner than this from now. */
  delay?: number;
  notBefore?: Date | string;
  /** How long one attempt may take. */
  timeout?: number;
  timeouts?: { scheduleToStart?: number; startToClose?: number; scheduleToClose?: number; heartbeat?: number };
  limits?: { outputBytes?: number; [limit: string]: number | undefined };
  /** Whose share of the queue it takes; the requester's if not given. */
  fairness?: string;
  /** Which limits on concurrency and rate apply, besides those of its kind. */
  concurrency?: string;
  /** Which breaker and retry budget guard it. */
  dependency?: string;
  /** Which agents can do it, and how one of them is chosen. */
  needs?: {
    capabilities?: readonly (string | Capability)[];
    /** One of these. */
    models?: readonly string[];
    /** One of these. */
    agents?: readonly string[];
    maxCost?: number;
    strategy?: 'round_robin' | 'least_loaded' | 'performance' | 'priority';
  };
  /** Which transitions become entries of the ledger. */
  audit?: 'full' | 'outcome' | 'off';
}

/** When a schedule makes its tasks. */
export interface ScheduleTimes {
  /** Minute, hour, day of month, month and day of week, such as `30 9 * * MON-FRI`. */
  cron: string;
  /** The time zone of these times, an IANA name; `UTC` if not given. */
  zone?: string;
  /** What becomes of runs whose time passed while no worker ran: they are left out, made up for by one run, or by each; `skip` if not given. */
  missed?: 'skip' | 'once' | 'all';
  /** A run that is so many milliseconds late counts as missed; 60,000 if not given. */
  grace?: number;
  /** How many missed runs are started at a time; 100 if not given. */
  limit?: number;
  /** For a new schedule: runs since then count as missed. It begins now if not given. */
  from?: Date | string;
}

/** A schedule as it stands. */
export interface Schedule {
  name: string;
  cron: string;
  zone: string;
  missed: 'skip' | 'once' | 'all';
  grace_ms: number;
  limit: number;
  /** Whether it makes nothing until it is resumed. */
  paused: boolean;
  /** For when the next run is planned; `null` if it is paused or has no other. */
  next: string | null;
  /** For when the last run was planned. */
  last: string | null;
  /** The id of the last run's task. */
  last_task: string | null;
  /** What kept the last look from making a task. */
  problem: string | null;
  /** The kind of its tasks. */
  kind: string;
  requester: string;
  priority: number;
  arguments: any;
}

/** What {@link Orchestrator.submitMany} takes. */
export type NewTask = readonly [kind: string, args?: unknown] | ({ kind: string; arguments?: unknown } & TaskOptions);

/** What a worker runs: its return value, or what its promise is fulfilled with, is the result, and whatever it throws a failed attempt. */
export type Handler = (attempt: Attempt) => unknown;

/** How a worker works. All lengths of time are milliseconds. */
export interface WorkOptions {
  /** How many attempts it runs at once; as many as there are processors if not given. Handlers that mostly wait can be many more. */
  concurrency?: number;
  /** How long tasks of a worker that died wait for another; 30,000 if not given, 100 at least. */
  lease?: number;
  /** How long running attempts have after a stop until they are asked to stop as well; 10,000 if not given. */
  drain?: number;
  /** End when there is nothing left that could run without anybody acting. */
  untilIdle?: boolean;
  /** Its id among workers. */
  name?: string;
  /** For whom it works: it takes only kinds that this principal may run. */
  principal?: string;
  /** The agent that it is. It gets tasks whose needs it meets; a worker that is no agent gets only tasks that need nothing. */
  agent?: AgentProfile;
  /** Stops the worker. */
  signal?: CancelSignal;
}

/** Who acts, and why. */
export interface ActOptions {
  /** The orchestrator's requester if not given. */
  as?: string;
  reason?: string;
}

/** How long to wait. */
export interface WaitOptions {
  /** The most milliseconds. */
  timeout?: number;
  /** Ends the waiting, and not the task. */
  signal?: CancelSignal;
}

/** Which events. */
export interface EventOptions {
  /** The number of the event to go on behind: 0 for all that ever happened; if not given, only what happens from now on. */
  behind?: number;
  /** Go on as it happens, `true` if not given; else end with what has happened already. */
  follow?: boolean;
  /** Ends the iteration. */
  signal?: CancelSignal;
}

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
   * The pleas that await votes, or all that there are.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const task = await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const [plea] = await orchestrator.pleas();
   * assert.equal(plea.task, task.id);
   * await orchestrator.close();
   * ```
   */
  pleas(options?: { all?: boolean }): Promise<Plea[]>;

  /**
   * Votes for a plea.
   *
   * @param options - Who votes: never the requester, and once.
   * @returns The plea as it stands then.
   * @throws `VOTE_REFUSED` if the vote does not count; `context.why` is the ground. `NOT_FOUND` if there is no such plea.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const task = await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const [plea] = await orchestrator.pleas();
   * await assert.rejects(orchestrator.approve(plea, { as: 'ann' }), VoteRefusedError);
   * assert.equal((await orchestrator.approve(plea, { as: 'bob', reason: 'tested' })).state, 'approved');
   * assert.equal(await task.status(), 'queued');
   * await orchestrator.close();
   * ```
   */
  approve(plea: TaskLike, options: { as: string; reason?: string }): Promise<Plea>;

  /**
   * Votes against a plea, which needs a reason.
   *
   * @throws As {@link Orchestrator.approve}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const [plea] = await orchestrator.pleas();
   * assert.equal((await orchestrator.deny(plea, { as: 'bob', reason: 'not today' })).state, 'denied');
   * await orchestrator.close();
   * ```
   */
  deny(plea: TaskLike, options: { as: string; reason: string }): Promise<Plea>;

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
   * The agents that there are and those that were: workers with a profile.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('read', 1, { needs: { capabilities: [{ name: 'pdf', version: [1, 0] }] } });
   * assert.match((await task.show()).waiting, /none is registered/);
   * const agent = { id: 'reader', capabilities: [{ name: 'pdf', version: [1, 2] }] };
   * await orchestrator.work({ read: () => 'read' }, { untilIdle: true, agent });
   * const [{ id, given }] = await orchestrator.agents();
   * assert.deepEqual([await task.result(), id, given], ['read', 'reader', 1]);
   * await orchestrator.close();
   * ```
   */
  agents(): Promise<Agent[]>;

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
