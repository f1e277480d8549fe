'use strict';

// What happens to tasks, as it happens.

const { fail, revived } = require('./errors.cjs');
const { settled } = require('./calls.cjs');

/** What only the orchestrator can pass to the constructor. */
const MADE = Symbol('made by an orchestrator');

/** An event as callers see it. */
const event = ({ number, transition }) => ({ number, ...transition });

class Events {
  #feed;
  #cursor;
  #read;
  #follow;
  #page = [];
  #closed = false;
  #reading = Promise.resolve();
  #release;

  constructor(made, start, { behind, follow, signal, release }) {
    if (made !== MADE) throw new TypeError('Events are made by Orchestrator.events');
    this.#feed = start;
    start.catch(() => {}); // it is thrown where somebody asks for an event
    this.#cursor = behind;
    this.#follow = follow;
    const abort = () => this.close();
    signal?.addEventListener('abort', abort, { once: true });
    this.#release = () => {
      signal?.removeEventListener('abort', abort);
      release(this);
    };
    if (signal?.aborted) this.close();
  }

  get cursor() {
    return this.#cursor;
  }

  /** Calls that do not await each other get the events in order, too. */
  next() {
    const next = this.#reading.then(() => this.#next());
    this.#reading = next.catch(() => {});
    return next;
  }

  async return(value = undefined) {
    this.close();
    return { done: true, value };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    this.#feed.then(({ feed }) => feed.close(), () => {});
  }

  async #next() {
    const { feed, behind } = await this.#feed;
    this.#read ??= this.#cursor ?? behind;
    this.#cursor ??= behind;
    while (!this.#closed && !this.#page.length) {
      const page = JSON.parse(await settled(() => feed.events(this.#read, this.#follow)));
      this.#page = page.reverse();
      if (page.length) this.#read = page[0].number;
      else if (!this.#follow) this.close();
    }
    if (this.#closed) return { done: true, value: undefined };
    const value = event(this.#page.pop());
    this.#cursor = value.number;
    return { done: false, value };
  }
}

/** Those who wait for the ends of tasks: one native thread follows the events for all of them. */
class Ends {
  #native;
  #feed = null;
  #closed = false;
  #waiting = new Map();
  #fresh = [];

  constructor(native) {
    this.#native = native;
  }

  /** Calls `settle(error, view)` once the task has ended; returns what makes it forget that. */
  wait(id, settle) {
    const waiting = this.#waiting.get(id);
    if (waiting) waiting.add(settle);
    else this.#waiting.set(id, new Set([settle]));
    // Each may have ended already, so each is looked at once.
    if (this.#fresh.push(id) === 1) process.nextTick(() => this.#look());
    return () => this.#forget(id, settle);
  }

  close() {
    this.#closed = true;
    this.#feed?.close();
    this.#fail(fail('CLOSED', 'the orchestrator was closed while the task was waited for'));
  }

  #forget(id, settle) {
    const waiting = this.#waiting.get(id);
    if (!waiting?.delete(settle) || waiting.size) return;
    this.#waiting.delete(id);
    this.#feed?.forget([id]);
  }

  async #look() {
    const ids = [...new Set(this.#fresh)];
    this.#fresh = [];
    try {
      await this.#follow(ids);
      const ended = await settled(() => this.#native.ended(ids));
      this.#settle(JSON.parse(ended));
    } catch (error) {
      for (const id of ids) this.#end(id, error);
    }
  }

  /** From before it is looked whether the tasks have ended, so that no end is missed in between. */
  async #follow(ids) {
    if (this.#closed) return;
    if (this.#feed !== null) {
      this.#feed.expect(ids);
      return;
    }
    const feed = (this.#feed = this.#native.feed());
    feed.expect(ids);
    let cursor;
    try {
      cursor = Number(await settled(() => this.#native.lastEvent()));
    } catch (error) {
      this.#feed = null;
      throw error;
    }
    this.#run(feed, cursor);
  }

  async #run(feed, cursor) {
    try {
      while (this.#waiting.size && !this.#closed) {
        const page = JSON.parse(await settled(() => feed.ended(cursor)));
        ({ cursor } = page);
        this.#settle(page.ended);
        // One that has ended and was tried anew at once is still waited for.
        if (!page.ended.length) feed.expect([...this.#waiting.keys()]);
      }
      this.#feed = null;
    } catch (error) {
      this.#feed = null;
      this.#fail(error);
    } finally {
      feed.close();
    }
  }

  #settle(ended) {
    for (const { id, view, error } of ended) this.#end(id, error && revived(nativeError(error)), view);
  }

  #end(id, error, view) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error || view) this.#feed?.forget([id]);
    for (const settle of waiting ?? []) settle(error, view);
  }

  #fail(error) {
    for (const id of [...this.#waiting.keys()]) this.#end(id, error);
  }
}

/** An error that crossed as JSON, in the form of those that native calls throw. */
function nativeError(form) {
  return Object.assign(new Error(JSON.stringify(form)), { code: 'GenericFailure' });
}

module.exports = { Events, Ends, MADE, event };
