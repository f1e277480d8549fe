'use strict';

// The worker that runs attempts on the event loop. Leases are renewed and outcomes written by native threads, which never wait for JavaScript.

const { settled } = require('./calls.cjs');
const { completed, thrown, parts } = require('./attempt.cjs');

/** The most attempts that cross at a time. */
const MOST = 1024;
/** Milliseconds between two looks whether an attempt is to stop. */
const LOOK = 50;

class Worker {
  #native;
  #handlers;
  #out = new Map();
  #outcomes = [];
  #timer = null;
  #flushing = false;

  constructor(native, handlers) {
    this.#native = native;
    this.#handlers = handlers;
    this.ended = this.#serve();
  }

  stop(reason) {
    this.#native.stop(reason.toWellFormed());
  }

  async #serve() {
    try {
      let attempts = settled(() => this.#native.fetch(MOST));
      for (let batch; (batch = JSON.parse(await attempts)).length > 0; ) {
        // While these run, the next ones are gathered.
        attempts = settled(() => this.#native.fetch(MOST));
        for (const form of batch) this.#begin(form);
        if (this.#outcomes.length) this.#flush();
      }
      return JSON.parse(await settled(() => this.#native.join()));
    } finally {
      clearInterval(this.#timer);
      for (const attempt of this.#out.values()) parts.stop(attempt, 'the worker has ended');
    }
  }

  #begin(form) {
    const { ticket } = form;
    const attempt = parts.make(this.#native, form);
    let result;
    try {
      result = this.#handlers.get(form.kind)(attempt);
    } catch (error) {
      this.#end(ticket, attempt, () => thrown(attempt, error));
      return;
    }
    if (typeof result?.then !== 'function') {
      this.#end(ticket, attempt, () => completed(result));
      return;
    }
    this.#out.set(ticket, attempt);
    this.#timer ??= setInterval(() => this.#look(), LOOK).unref();
    Promise.resolve(result).then(
      (value) => this.#end(ticket, attempt, () => completed(value)),
      (error) => this.#end(ticket, attempt, () => thrown(attempt, error)),
    );
  }

  /** What it last reported must not be overtaken by its end. */
  #end(ticket, attempt, outcome) {
    const beats = parts.beats(attempt);
    if (beats !== null) beats.then(() => this.#settle(ticket, outcome()));
    else this.#settle(ticket, outcome());
  }

  #settle(ticket, outcome) {
    this.#out.delete(ticket);
    this.#outcomes.push(`[${ticket},${outcome}]`);
    if (this.#flushing) return;
    this.#flushing = true;
    // After all that has ended in this turn of the event loop.
    process.nextTick(() => this.#flush());
  }

  #flush() {
    this.#flushing = false;
    if (!this.#outcomes.length) return;
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    this.#native.complete(`[${outcomes.join(',')}]`);
  }

  #look() {
    if (!this.#out.size) {
      clearInterval(this.#timer);
      this.#timer = null;
      return;
    }
    const waiting = [...this.#out].filter(([, attempt]) => parts.reason(attempt) === null);
    const reasons = this.#native.stopReasons(waiting.map(([ticket]) => ticket));
    waiting.forEach(([, attempt], n) => reasons[n] && parts.stop(attempt, reasons[n]));
  }
}

module.exports = { Worker };
