'use strict';

// Attempts at tasks, as their handlers see them, and how an attempt ends.

const { fail, SealbookError } = require('./errors.cjs');
const { encodeValue } = require('./payload.cjs');
const { millis } = require('./task_options.cjs');

/** The most characters of a stack that are kept. */
const DETAIL = 8000;

/** What only the worker can pass to the constructor. */
const MADE = Symbol('made by a worker');

class Attempt {
  #worker;
  #form;
  #ends;
  #controller = null;
  #reason = null;
  #beats = null;

  constructor(made, worker, form) {
    if (made !== MADE) throw new TypeError('an Attempt is made by a worker');
    this.#worker = worker;
    this.#form = form;
    this.#ends = form.deadline_ms === null ? null : performance.now() + form.deadline_ms;
  }

  get task() {
    return this.#form.task;
  }

  get kind() {
    return this.#form.kind;
  }

  get arguments() {
    return this.#form.arguments;
  }

  get requester() {
    return this.#form.requester;
  }

  get attempt() {
    return this.#form.attempt;
  }

  get epoch() {
    return this.#form.epoch;
  }

  get idempotencyKey() {
    return this.#form.idempotency_key;
  }

  get remaining() {
    return this.#ends === null ? null : Math.max(0, this.#ends - performance.now());
  }

  /** Made when it is asked for: a small handler does without it. */
  get signal() {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#reason !== null) this.#controller.abort(stopped(this.#reason));
    }
    return this.#controller.signal;
  }

  get stopReason() {
    if (this.#reason === null) {
      const [reason] = this.#worker.stopReasons([this.#form.ticket]);
      if (reason) this.#stop(reason);
    }
    return this.#reason;
  }

  get cancelled() {
    return this.stopReason !== null;
  }

  throwIfCancelled() {
    if (this.cancelled) throw stopped(this.#reason);
  }

  beat(progress = undefined) {
    const text = progress === undefined ? undefined : encodeValue(progress, 'the progress');
    const beat = this.#worker.beat(this.#form.ticket, text).then(
      (reason) => {
        if (reason) this.#stop(reason);
      },
      () => {}, // it has ended already, and nobody can stop it any more
    );
    this.#beats = this.#beats ? this.#beats.then(() => beat) : beat;
    return beat;
  }

  #stop(reason) {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#controller?.abort(stopped(reason));
  }

  /** What the worker does with an attempt, and its handler must not. */
  static parts = {
    make: (worker, form) => new Attempt(MADE, worker, form),
    stop: (attempt, reason) => attempt.#stop(reason),
    beats: (attempt) => attempt.#beats,
    reason: (attempt) => attempt.#reason,
    signal: (attempt) => attempt.#controller?.signal,
  };
}

const { parts } = Attempt;
delete Attempt.parts;

const stopped = (reason) => fail('CANCELLED', `the attempt is to stop: ${reason}`);

class Snooze extends Error {
  constructor(delay) {
    const length = millis(delay, 'the delay');
    super(`not before ${length} ms have passed`);
    this.delay = length;
  }
}

class Permanent extends Error {}

class RetryAfter extends Error {
  constructor(delay, message = undefined, options = undefined) {
    const length = millis(delay, 'the delay');
    super(message ?? `try again after ${length} ms`, options);
    this.delay = length;
  }
}

for (const Class of [Snooze, Permanent, RetryAfter]) {
  Object.defineProperty(Class.prototype, 'name', { value: Class.name, configurable: true, writable: true });
}

/** The outcome of a handler that returned this, as JSON. */
function completed(result) {
  try {
    return `{"complete":${encodeValue(result, 'the result')}}`;
  } catch (error) {
    return failed('ResultNotJson', error.message, null, { fault: 'permanent' });
  }
}

/** The outcome of a handler that threw this, as JSON. */
function thrown(attempt, error) {
  if (error instanceof Snooze) return `{"snooze_ms":${error.delay}}`;
  if (isStop(attempt, error)) return '{"cancelled":true}';
  const wraps = error instanceof Permanent || error instanceof RetryAfter;
  const cause = wraps && error.cause !== undefined && error.cause !== null ? error.cause : error;
  const message = messageOf(error) || messageOf(cause);
  const more = { fault: error instanceof Permanent ? 'permanent' : 'transient' };
  if (error instanceof RetryAfter) Object.assign(more, { fault: 'throttled', retry_after_ms: error.delay });
  return failed(classOf(cause), message, stackOf(error), more);
}

function failed(name, message, detail, more) {
  return JSON.stringify({ fail: { class: plain(name), message: plain(message), detail: detail && plain(detail), ...more } });
}

/** Whether a handler ended because it was asked to: what it works with was aborted or closed. */
function isStop(attempt, error) {
  if (attempt.stopReason === null || error === null || typeof error !== 'object') return false;
  if (error === parts.signal(attempt)?.reason || error.name === 'AbortError') return true;
  return error instanceof SealbookError && (error.code === 'CANCELLED' || error.code === 'CLOSED');
}

/** The name that a class gives itself, or else the name of the class: most classes of errors give themselves none. */
function classOf(error) {
  if (!(error instanceof Error)) return error === null ? 'null' : typeof error;
  const { constructor, name } = error;
  const named = Object.hasOwn(error, 'name') || (constructor?.prototype && Object.hasOwn(constructor.prototype, 'name'));
  return String((named ? name : constructor?.name) || name || 'Error');
}

function messageOf(error) {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return 'an error whose message cannot be read';
  }
}

/** Frames of this package lead to the handler and say nothing about it. */
const OURS = new RegExp(`^ +at .*${__dirname.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*\n?`, 'gm');

/** The stack with those of the causes, cut where it is long. */
function stackOf(error) {
  const stacks = [];
  try {
    for (let each = error; each instanceof Error && stacks.length < 8; each = each.cause) stacks.push(String(each.stack ?? each));
  } catch {
    stacks.push('a stack that cannot be read');
  }
  const text = stacks.join('\ncaused by: ').replace(OURS, '').trimEnd();
  return text.length > DETAIL ? `${text.slice(0, DETAIL)}\n...` : text || null;
}

/** Without halves of surrogate pairs, which JSON cannot carry. */
const plain = (text) => String(text).toWellFormed();

module.exports = { Attempt, Snooze, Permanent, RetryAfter, completed, thrown, parts };
