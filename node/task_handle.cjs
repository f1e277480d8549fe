'use strict';

// A task that was submitted, and the error of one that ended without a result.

const MADE = Symbol('made by an orchestrator');

class TaskHandle {
  #orchestrator;

  constructor(made, orchestrator, { id, repeated }) {
    if (made !== MADE) throw new TypeError('a TaskHandle is made by Orchestrator.submit');
    this.#orchestrator = orchestrator;
    this.id = id;
    this.repeated = repeated;
  }

  async result(options = undefined) {
    const view = await this.#orchestrator.wait(this.id, options);
    if (view.state !== 'completed') throw new TaskFailedError(MADE, view);
    return view.result;
  }

  show() {
    return this.#orchestrator.show(this.id);
  }

  async status() {
    return (await this.show()).state;
  }

  cancel(options = undefined) {
    return this.#orchestrator.cancel(this.id, options);
  }

  toJSON() {
    return this.id;
  }
}

class TaskFailedError extends Error {
  constructor(made, view) {
    if (made !== MADE) throw new TypeError('a TaskFailedError is made by TaskHandle.result');
    const { failure } = view;
    let why = '';
    if (failure) why = ` after ${view.attempts} of ${view.max_attempts} attempts: ${failure.class}: ${failure.message}`;
    else if (view.reason) why = `: ${view.reason}`;
    super(`task ${view.id} (${view.kind}) is ${view.state}${why}`);
    this.code = view.state === 'cancelled' ? 'CANCELLED' : 'TASK_FAILED';
    this.view = view;
  }

  get state() {
    return this.view.state;
  }

  get failure() {
    return this.view.failure;
  }
}
Object.defineProperty(TaskFailedError.prototype, 'name', { value: 'TaskFailedError', configurable: true, writable: true });

module.exports = { TaskHandle, TaskFailedError, MADE };
