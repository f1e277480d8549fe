'use strict';

const { EventEmitter } = require('node:events');
const native = require('./native.cjs');
const take = require('./options.cjs');
const { fail, revived } = require('./errors.cjs');
const { settled } = require('./calls.cjs');
const results = require('./results.cjs');
const { Ledger, batch, handleOf } = require('./ledger.cjs');
const { Pleading } = require('./pleading.cjs');
const { Events, Ends, MADE: EVENTS } = require('./feed.cjs');
const { TaskHandle, MADE: HANDLE } = require('./task_handle.cjs');
const { Worker } = require('./task_worker.cjs');
const { encodeValue } = require('./payload.cjs');
const { formOf, idOf, millis, moment, request, row, rows, word } = require('./task_options.cjs');

/** Submissions that go to the store at a time. */
const MOST = 1000;
/** Transitions that figures are over, if nothing is said. */
const WINDOW = 10_000;

/** What a limit is made of. */
const GATE = ['kind', 'key', 'dependency', 'concurrency', 'adaptive', 'rate', 'paused'];

/** What only this module can pass to the constructor. */
const MADE = Symbol('made by Orchestrator');

class Orchestrator extends Pleading {
  #native;
  #ledger;
  #owns;
  #requester;
  #ends;
  #closing = null;
  #submissions = [];
  #submitting = null;
  #workers = new Set();
  #feeds = new Set();
  #emitter = new EventEmitter();
  #listening = null;

  constructor(made, tasks, ledger, owns, requester) {
    if (made !== MADE) throw new TypeError('an Orchestrator is made by Orchestrator.open or Orchestrator.inMemory');
    super((call) => this.#soon(call));
    this.#native = tasks;
    this.#ledger = ledger;
    this.#owns = owns;
    this.#requester = requester;
    this.#ends = new Ends(tasks);
  }

  static async open(ledger = '.', options = undefined) {
    const { requester, viewer, ...open } = take.known(options, ['requester', 'viewer', 'create', 'busyTimeout']);
    const who = principal(requester);
    const owns = !(ledger instanceof Ledger);
    return Orchestrator.#over(owns ? await Ledger.open(ledger, open) : ledger, owns, who, viewer);
  }

  static async inMemory(options = undefined) {
    const who = principal(take.known(options, ['requester']).requester);
    return Orchestrator.#over(Ledger.inMemory(), true, who);
  }

  static async #over(ledger, owns, who, viewer = undefined) {
    try {
      const tasks = await settled(() => native.openTasks(handleOf(ledger), viewer));
      return new Orchestrator(MADE, tasks, ledger, owns, who);
    } catch (error) {
      if (owns) ledger.closeSync();
      throw error;
    }
  }

  get ledger() {
    return this.#ledger;
  }

  get requester() {
    return this.#requester;
  }

  get closed() {
    return this.#closing !== null;
  }

  async submit(kind, args = undefined, options = undefined) {
    const text = request(kind, args, this.#requester, options);
    this.#open();
    return new Promise((resolve, reject) => {
      // Under a key it may be one that is submitted already, perhaps in the same batch.
      const alone = options?.idempotencyKey !== undefined || options?.idempotency !== undefined;
      this.#submissions.push({ text, alone, resolve, reject });
      // Those of one turn of the event loop, and those that come in meanwhile, share a sync.
      this.#submitting ??= Promise.resolve().then(() => this.#send());
    });
  }

  async #send() {
    while (this.#submissions.length) {
      const first = this.#submissions.findIndex(({ alone }) => alone);
      const batch = this.#submissions.splice(0, first < 0 ? MOST : Math.min(MOST, Math.max(1, first)));
      if (batch.length === 1 || !(await this.#sendAll(batch))) {
        for (const each of batch) await this.#sendOne(each);
      }
    }
    this.#submitting = null;
  }

  /** Whether they were accepted; if only one is not, none is, and each is judged by itself. */
  async #sendAll(batch) {
    try {
      const rows = JSON.parse(await this.#native.submitMany(`[${batch.map(({ text }) => text).join(',')}]`));
      batch.forEach(({ resolve }, n) => resolve(new TaskHandle(HANDLE, this, rows[n])));
      return true;
    } catch {
      return false;
    }
  }

  async #sendOne({ text, resolve, reject }) {
    try {
      resolve(new TaskHandle(HANDLE, this, JSON.parse(await this.#native.submit(text))));
    } catch (error) {
      reject(revived(error));
    }
  }

  async submitMany(tasks) {
    const text = rows(tasks, this.#requester);
    return this.#handles(JSON.parse(await this.#soon((each) => each.submitMany(text))));
  }

  async recordAndSubmit(entries, tasks) {
    const args = [batch(entries), rows(tasks, this.#requester)];
    const done = results.recorded(await this.#soon((each) => each.recordAndSubmit(...args)));
    return { entries: done.entries, tasks: this.#handles(done.tasks) };
  }

  #handles(submitted) {
    return submitted.map((each) => new TaskHandle(HANDLE, this, each));
  }

  async show(task) {
    const id = idOf(task);
    return JSON.parse(await this.#soon((tasks) => tasks.show(id)));
  }

  async list(options = undefined) {
    const { states, kind, after, limit } = take.known(options, ['states', 'kind', 'after', 'limit']);
    const words = states === undefined || typeof states === 'string' ? states && [states] : [...states];
    const filter = JSON.stringify({ states: words, kind, after: after === undefined ? undefined : idOf(after), limit });
    return JSON.parse(await this.#soon((tasks) => tasks.list(filter)));
  }

  cancel(task, options = undefined) {
    return this.#act('cancel', task, options);
  }

  suspend(task, options = undefined) {
    return this.#act('suspend', task, options);
  }

  resume(task, options = undefined) {
    return this.#act('resume', task, options);
  }

  retry(task, options = undefined) {
    return this.#act('retry', task, options);
  }

  async #act(act, task, options) {
    const { as = this.#requester, reason = '' } = take.known(options, ['as', 'reason']);
    const args = [idOf(task), word(as, 'the principal'), word(reason, 'the reason')];
    return JSON.parse(await this.#soon((tasks) => tasks.act(act, ...args))).state;
  }

  async actMany(act, tasks, options = undefined) {
    const { as = this.#requester, reason = '' } = take.known(options, ['as', 'reason']);
    const args = [word(act, 'the act'), JSON.stringify(Array.from(tasks, idOf)), word(as, 'the principal'), word(reason, 'the reason')];
    const answers = JSON.parse(await this.#soon((each) => each.actMany(...args)));
    return answers.map(({ id, state, error }) => (error ? { id, error: fail(error.code, error.message, error) } : { id, state }));
  }

  async limit(limit, options = undefined) {
    const { rate, ...form } = take.known(limit, GATE, 'INVALID_POLICY');
    if (rate !== undefined && rate !== null) form.rate = { per: 1000, burst: 1, ...rate };
    const { as = this.#requester, reason = '' } = take.known(options, ['as', 'reason']);
    const args = [encodeValue(form, 'the limit'), word(as, 'the principal'), word(reason, 'the reason')];
    return JSON.parse(await this.#soon((tasks) => tasks.limit(...args)));
  }

  async limits() {
    return JSON.parse(await this.#soon((tasks) => tasks.limits()));
  }

  async breaker(dependency, act, options = undefined) {
    const { as = this.#requester, reason = '' } = take.known(options, ['as', 'reason']);
    const args = [word(dependency, 'the dependency'), word(act, 'the act'), word(as, 'the principal'), word(reason, 'the reason')];
    return JSON.parse(await this.#soon((tasks) => tasks.breaker(...args)));
  }

  async breakers() {
    return JSON.parse(await this.#soon((tasks) => tasks.breakers()));
  }

  async schedule(name, times, task) {
    const { grace, from, ...rest } = take.known(times, ['cron', 'zone', 'missed', 'grace', 'limit', 'from']);
    const form = { name, ...rest };
    if (grace !== undefined) form.grace_ms = millis(grace, 'the grace', 'INVALID_SCHEDULE');
    if (from !== undefined) form.from = from instanceof Date ? moment(from) : from;
    const text = `${encodeValue(form, 'the schedule').slice(0, -1)},"task":${row(task, this.#requester)}}`;
    return JSON.parse(await this.#soon((tasks) => tasks.schedule(text)));
  }

  async schedules() {
    return JSON.parse(await this.#soon((tasks) => tasks.schedules()));
  }

  async unschedule(name, options = undefined) {
    const args = this.#named(name, options);
    await this.#soon((tasks) => tasks.unschedule(...args));
  }

  async pauseSchedule(name, options = undefined) {
    const [which, who] = this.#named(name, options);
    return JSON.parse(await this.#soon((tasks) => tasks.pauseSchedule(which, true, who)));
  }

  async resumeSchedule(name, options = undefined) {
    const [which, who] = this.#named(name, options);
    return JSON.parse(await this.#soon((tasks) => tasks.pauseSchedule(which, false, who)));
  }

  #named(name, options) {
    const { as = this.#requester } = take.known(options, ['as']);
    return [word(name, "the schedule's name"), word(as, 'the principal')];
  }

  async agents() {
    return JSON.parse(await this.#soon((tasks) => tasks.agents()));
  }

  async setHealth(agent, health, options = undefined) {
    const { as = this.#requester, reason = '' } = take.known(options, ['as', 'reason']);
    const args = [word(agent?.id ?? agent, 'the agent'), word(health, 'the health'), word(as, 'the principal'), word(reason, 'the reason')];
    return JSON.parse(await this.#soon((tasks) => tasks.setHealth(...args)));
  }

  async counts() {
    return JSON.parse(await this.#soon((tasks) => tasks.counts()));
  }

  async stats(options = undefined) {
    const { window = WINDOW } = take.known(options, ['window']);
    return JSON.parse(await this.#soon((tasks) => tasks.stats(window)));
  }

  async prometheus(options = undefined) {
    const { window = WINDOW } = take.known(options, ['window']);
    return this.#soon((tasks) => tasks.prometheus(window));
  }

  events(options = undefined) {
    const { behind, follow = true, signal } = take.known(options, ['behind', 'follow', 'signal']);
    if (behind !== undefined && !(Number.isSafeInteger(behind) && behind >= 0)) {
      throw fail('INVALID_ARGUMENT', `the number of the event is ${String(behind)}; pass a whole number from 0`);
    }
    checked(signal);
    const tasks = this.#open();
    const start = async () => ({ feed: tasks.feed(), behind: behind ?? Number(await settled(() => tasks.lastEvent())) });
    const events = new Events(EVENTS, settled(start), { behind, follow: Boolean(follow), signal, release: (each) => this.#feeds.delete(each) });
    this.#feeds.add(events);
    return events;
  }

  on(name, listener) {
    this.#emitter.on(name, listener);
    this.#listen();
    return this;
  }

  once(name, listener) {
    this.#emitter.once(name, listener);
    this.#listen();
    return this;
  }

  off(name, listener) {
    this.#emitter.off(name, listener);
    this.#unlisten();
    return this;
  }

  /** One feed for all listeners, from the first one on. */
  #listen() {
    if (this.#listening !== null || this.closed) return;
    this.#listening = this.events();
    this.#emit(this.#listening);
  }

  #unlisten() {
    if (this.#listening === null || this.#emitter.eventNames().some((name) => name !== 'error')) return;
    this.#listening.close();
    this.#listening = null;
  }

  async #emit(events) {
    try {
      for await (const event of events) {
        for (const name of ['event', event.to]) tell(() => this.#emitter.emit(name, event));
        this.#unlisten();
      }
    } catch (error) {
      if (this.#listening === events) this.#listening = null;
      tell(() => this.#emitter.emit('error', error));
    }
  }

  async wait(task, options = undefined) {
    const { timeout, signal } = take.known(options, ['timeout', 'signal']);
    const [id, most] = [idOf(task), timeout === undefined ? undefined : millis(timeout, 'the timeout', 'INVALID_ARGUMENT')];
    checked(signal);
    signal?.throwIfAborted();
    this.#open();
    let timer, abort, forget;
    try {
      return await new Promise((resolve, reject) => {
        forget = this.#ends.wait(id, (error, view) => (error ? reject(error) : resolve(view)));
        const late = () => reject(new DOMException(`task ${id} has not ended within ${most} ms`, 'TimeoutError'));
        if (most !== undefined) timer = setTimeout(late, Math.min(most, 0x7fffffff));
        abort = () => reject(signal.reason);
        signal?.addEventListener('abort', abort, { once: true });
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      forget();
    }
  }

  async work(handlers, options = undefined) {
    const known = ['concurrency', 'least', 'spare', 'grace', 'lease', 'drain', 'untilIdle', 'name', 'principal', 'agent', 'signal'];
    const { concurrency, least, spare, grace, lease, drain, untilIdle, name, principal: who, agent, signal } = take.known(options, known);
    const table = tableOf(handlers);
    const wire = JSON.stringify({
      concurrency,
      least,
      spare,
      grace_ms: grace === undefined ? undefined : millis(grace, 'the time to return', 'INVALID_ARGUMENT'),
      lease_ms: lease === undefined ? undefined : millis(lease, 'the lease', 'INVALID_ARGUMENT'),
      drain_ms: drain === undefined ? undefined : millis(drain, 'the time to drain', 'INVALID_ARGUMENT'),
      until_idle: untilIdle,
      id: name,
      principal: who ?? this.#requester,
      agent: agent === undefined ? undefined : formOf(agent),
    });
    checked(signal);
    signal?.throwIfAborted();
    const tasks = this.#open();
    const worker = new Worker(await settled(async () => tasks.work([...table.keys()], wire)), table);
    const stop = () => worker.stop('the worker was stopped');
    if (this.closed) stop();
    this.#workers.add(worker);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      return await worker.ended;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#workers.delete(worker);
    }
  }

  close() {
    return (this.#closing ??= this.#close());
  }

  async #close() {
    for (const worker of this.#workers) worker.stop('the orchestrator was closed');
    for (const events of [...this.#feeds]) events.close();
    this.#emitter.removeAllListeners();
    await Promise.allSettled([this.#submitting, ...[...this.#workers].map((worker) => worker.ended)]);
    this.#ends.close();
    await settled(() => this.#native.close());
    if (this.#owns) await this.#ledger.close();
  }

  #open() {
    if (this.closed) throw fail('CLOSED', 'the orchestrator was closed; open a new one');
    return this.#native;
  }

  #soon(call) {
    return settled(() => call(this.#open()));
  }
}

const dispose = Symbol.asyncDispose;
if (dispose) Object.defineProperty(Orchestrator.prototype, dispose, { value: Orchestrator.prototype.close, configurable: true, writable: true });

/** What a listener throws is nobody's to catch, as with every emitter; the others are told all the same. */
function tell(emit) {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function principal(requester) {
  const { env } = process;
  return word(requester ?? (env.SEALBOOK_PRINCIPAL || env.USER || env.LOGNAME || env.USERNAME || 'local'), 'the requester');
}

function checked(signal) {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw fail('INVALID_ARGUMENT', 'signal is no AbortSignal; pass `controller.signal`');
  }
}

function tableOf(handlers) {
  const entries = handlers instanceof Map ? [...handlers] : Object.entries(handlers ?? {});
  for (const [kind, handler] of entries) {
    if (typeof handler !== 'function') throw fail('INVALID_ARGUMENT', `the handler of ${kind} is a ${typeof handler}; pass a function`);
  }
  if (!entries.length) throw fail('INVALID_ARGUMENT', 'the worker has no handlers; pass {kind: function}');
  return new Map(entries);
}

module.exports = { Orchestrator };
