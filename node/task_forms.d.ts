import type { CancelSignal } from './index.js';
import type { Plea } from './pleading.js';
import type { Attempt } from './task_handlers.js';

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
  /** Handlers that had not ended when their time to do so, once asked to stop, was over. */
  stuck: number;
  /** Of these, those that had not ended when the worker did. */
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
  /** How many at least: it begins with these, and follows the load up to `concurrency` and down again; always `concurrency` if not given. */
  least?: number;
  /** How long a handler has to end once its signal was aborted; 5,000 if not given. From then on it is stuck, and another attempt may begin in its place. */
  grace?: number;
  /** How many stuck handlers are replaced at once; as many as `concurrency` if not given. */
  spare?: number;
  /** How long tasks of a worker that died wait for another; 30,000 if not given, 100 at least. */
  lease?: number;
  /** How long running attempts have after a stop until they are asked to stop as well; 10,000 if not given. */
  drain?: number;
  /** End when there is nothing left that could run without anybody acting. */
  untilIdle?: boolean;
  /** Its id among workers. */
  name?: string;
  /** For whom it works, the requester if not given: it takes only kinds that this principal may run. */
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

/** So many starts in a time. */
export interface Rate {
  /** Starts in the time. */
  starts: number;
  /** The time, in milliseconds; a second if not given. */
  per: number;
  /** How many may start at once after a pause; 1 if not given. */
  burst: number;
}

/** As many at once as a dependency bears: fewer when calls fail, take too long or are throttled, one more with each full round of successes. */
export interface Adaptive {
  /** Never fewer; 1 if not given. */
  least: number;
  /** Never more. */
  most: number;
  /** So many at the beginning; ten, or what is nearest within the bounds, if not given. */
  first: number;
  /** So many at present. Who sets a limit may say from where it goes on. */
  now: number;
}

/** What limits the tasks of a kind, with a concurrency key or that call a dependency; with none of these, all. */
export interface Limit {
  kind: string | null;
  key: string | null;
  dependency: string | null;
  /** At most so many run at once. */
  concurrency: number | null;
  /** At most as many as the dependency bears, found by trying; instead of `concurrency`. */
  adaptive: Adaptive | null;
  /** At most so fast they start. */
  rate: Rate | null;
  /** Nothing starts. */
  paused: boolean;
}

/** A limit that is to be set: what is left out is not limited. */
export type NewLimit = Partial<Omit<Limit, 'rate' | 'adaptive'>> & {
  rate?: (Pick<Rate, 'starts'> & Partial<Rate>) | null;
  adaptive?: (Pick<Adaptive, 'most'> & Partial<Adaptive>) | null;
};

/** What is done to a breaker by hand. */
export type BreakerAct = 'open' | 'close' | 'reset';

/** The breaker of a dependency. */
export interface Breaker {
  /** What it guards. */
  key: string;
  /** Calls pass; none do until a time; a few probes do and decide; none do until it is closed by hand. */
  state: 'closed' | 'open' | 'half_open' | 'forced';
  since: string;
  /** Until when it is open, or its probes have time; once that has passed, the next call probes. */
  until: string | null;
  /** Why it stands there; null for one that has always been closed. */
  reason: string | null;
  /** Calls in its window. */
  calls: number;
  /** Of these, those that failed. */
  failures: number;
  /** Of these, those that were slow. */
  slow: number;
  /** Failures in a row. */
  in_row: number;
}
