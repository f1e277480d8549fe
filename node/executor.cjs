'use strict';

// Calls on the event loop: ordered here, judged by the core where one fails or depends on something.

const native = require('./native.cjs');
const take = require('./options.cjs');
const { fail, blocking } = require('./errors.cjs');
const { thrown } = require('./attempt.cjs');
const { encodeValue } = require('./payload.cjs');
const { formOf, snake } = require('./task_options.cjs');

const OPTIONS = ['concurrency', 'capacity'];
const POLICY = ['priority', 'maxAttempts', 'retry', 'dependency', 'breaker'];

/** First in, first out; what was taken is let go of in large pieces. */
class Lane {
  #calls = [];
  #head = 0;

  push(call) {
    this.#calls.push(call);
  }

  shift() {
    const call = this.#calls[this.#head];
    this.#calls[this.#head++] = undefined;
    if (this.#head === this.#calls.length) {
      this.#calls = [];
      this.#head = 0;
    } else if (this.#head === 4096) {
      this.#calls.splice(0, this.#head);
      this.#head = 0;
    }
    return call;
  }

  get empty() {
    return this.#head === this.#calls.length;
  }
}

class Calls {
  #executor;
  #policy;
  #priority;
  #guarded;

  constructor(executor, options) {
    const form = Object.fromEntries(Object.entries(options).map(([name, value]) => [snake(name), formOf(value)]));
    const policy = blocking(() => new native.CallPolicy(encodeValue(form, 'the policy')));
    this.#executor = executor ?? this;
    this.#policy = policy;
    this.#priority = policy.priority();
    this.#guarded = policy.breaker() !== null;
  }

  get breaker() {
    return this.#policy.breaker();
  }

  submit(work, { signal } = {}) {
    if (typeof work !== 'function') throw fail('INVALID_ARGUMENT', `the work is ${work === null ? 'null' : `a ${typeof work}`}; pass a function`);
    return new Promise((resolve, reject) => {
      const call = { work, signal, resolve, reject, policy: this.#policy, priority: this.#priority, guarded: this.#guarded, pass: 0, attempt: 0, delay: 0 };
      parts.add(this.#executor, call);
    });
  }
}

let parts;

class Executor extends Calls {
  #lanes = [];
  /** The highest lane that may have something in it. */
  #top = -1;
  #concurrency;
  #capacity;
  #running = 0;
  #open = 0;
  #woken = false;
  #closed = false;
  #timers = new Map();
  #idle = [];

  constructor(options = {}) {
    take.known(options, OPTIONS);
    super(undefined, {});
    this.#concurrency = whole(options.concurrency ?? 64, 'the concurrency');
    this.#capacity = whole(options.capacity ?? 100_000, 'the capacity');
  }

  under(options = {}) {
    take.known(options, POLICY);
    return new Calls(this, options);
  }

  get open() {
    return this.#open;
  }

  async close({ cancel = false } = {}) {
    this.#closed = true;
    if (cancel) {
      for (const [timer, call] of this.#timers) {
        clearTimeout(timer);
        this.#end(call, 'reject', fail('CANCELLED', 'the executor was closed before the call ended'));
      }
      this.#timers.clear();
      for (let call = this.#next(); call; call = this.#next()) this.#end(call, 'reject', fail('CANCELLED', 'the executor was closed before the call began'));
    }
    if (this.#open > 0) await new Promise((resolve) => this.#idle.push(resolve));
  }

  #add(call) {
    if (this.#closed) throw fail('CLOSED', 'the executor is closed; submit before it is');
    if (this.#open >= this.#capacity) throw fail('QUEUE_FULL', `${this.#capacity} calls are under way; wait until some have ended, or raise the capacity`);
    this.#open += 1;
    this.#push(call);
  }

  #push(call) {
    (this.#lanes[call.priority] ??= new Lane()).push(call);
    if (call.priority > this.#top) this.#top = call.priority;
    this.#wake();
  }

  #next() {
    for (; this.#top >= 0; this.#top -= 1) {
      const lane = this.#lanes[this.#top];
      if (lane && !lane.empty) return lane.shift();
    }
    return undefined;
  }

  /** What is submitted together is ordered together, before any of it begins. */
  #wake() {
    if (this.#woken || this.#running >= this.#concurrency) return;
    this.#woken = true;
    queueMicrotask(() => {
      this.#woken = false;
      while (this.#running < this.#concurrency) {
        const call = this.#next();
        if (!call) return;
        this.#begin(call);
      }
    });
  }

  #begin(call) {
    if (call.signal?.aborted) return this.#end(call, 'reject', call.signal.reason);
    if (call.guarded) {
      const pass = call.policy.begin();
      if (pass < 0) return this.#later(call, -pass);
      call.pass = pass;
    }
    call.attempt += 1;
    this.#running += 1;
    let result;
    try {
      result = call.work({ attempt: call.attempt, signal: call.signal });
    } catch (error) {
      return this.#failed(call, error);
    }
    if (typeof result?.then === 'function') return result.then((value) => this.#done(call, value), (error) => this.#failed(call, error));
    return this.#done(call, result);
  }

  #done(call, value) {
    if (call.pass > 0) call.policy.report(call.pass, null);
    this.#running -= 1;
    this.#end(call, 'resolve', value);
    if (this.#top >= 0) this.#wake();
  }

  #failed(call, error) {
    const failure = thrown(NEVER_STOPPED, error);
    if (call.pass > 0) call.policy.report(call.pass, failure);
    this.#running -= 1;
    const delay = call.signal?.aborted ? -1 : call.policy.again(failure, call.attempt, call.delay);
    if (delay < 0) this.#end(call, 'reject', error);
    else {
      call.delay = delay;
      this.#later(call, delay);
    }
    if (this.#top >= 0) this.#wake();
  }

  #later(call, delay) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#push(call);
    }, Math.min(delay, 2 ** 31 - 1));
    this.#timers.set(timer, call);
  }

  #end(call, settle, value) {
    this.#open -= 1;
    call[settle](value);
    if (this.#open === 0) this.#idle.splice(0).forEach((resolve) => resolve());
  }

  static parts = { add: (executor, call) => executor.#add(call) };
}

const NEVER_STOPPED = { stopReason: null };

const whole = (number, what) => {
  if (number === Infinity || (Number.isSafeInteger(number) && number > 0)) return number;
  throw fail('INVALID_ARGUMENT', `${what} is ${String(number)}; pass a whole number above 0`);
};

({ parts } = Executor);
delete Executor.parts;

module.exports = { Executor, Calls };
