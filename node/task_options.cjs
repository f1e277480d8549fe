'use strict';

// What callers say about a task, as the native calls take it. Values are judged by the core, which names what it does not know.

const take = require('./options.cjs');
const { fail } = require('./errors.cjs');
const { encodeValue } = require('./payload.cjs');

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Lengths of time at the top of a submission carry their unit in the JSON form. */
const TIMES = { delay: 'delay_ms', timeout: 'timeout_ms' };

/** The JSON text of a submission. */
function request(kind, args, requester, options = {}) {
  if (options === null || typeof options !== 'object') throw fail('INVALID_TASK', `the options are ${options === null ? 'null' : `a ${typeof options}`}; pass an object`);
  const { requester: own = requester, ...rest } = options;
  const form = { kind, requester: own };
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    if (name === 'kind' || name === 'arguments') throw fail('INVALID_TASK', `there is no option ${JSON.stringify(name)}; it is an argument of its own`);
    if (TIMES[name]) form[TIMES[name]] = millis(value, `the ${name}`);
    else if (name === 'after') form.after = Array.from(typeof value === 'string' ? [value] : value, dependency);
    else form[snake(name)] = formOf(value);
  }
  return `${encodeValue(form, 'the task').slice(0, -1)},"arguments":${encodeValue(args, 'the arguments')}}`;
}

/** A member of an iterable of submissions: `[kind, arguments]` or `{kind, arguments, ...options}`. */
function row(each, requester) {
  if (Array.isArray(each) && each.length <= 2) return request(each[0], each[1], requester);
  if (each === null || typeof each !== 'object') {
    throw fail('INVALID_TASK', `a task is ${each === null ? 'null' : `a ${typeof each}`}; pass [kind, arguments] or {kind, arguments, ...options}`);
  }
  const { kind, arguments: args, ...options } = each;
  return request(kind, args, requester, options);
}

/** The JSON text of an iterable of submissions. */
function rows(tasks, requester) {
  if (typeof tasks?.[Symbol.iterator] !== 'function' || typeof tasks === 'string') {
    throw fail('INVALID_ARGUMENT', `the tasks are a ${typeof tasks}; pass an iterable of [kind, arguments] or {kind, arguments, ...options}`);
  }
  const texts = Array.from(tasks, (task, index) => {
    try {
      return row(task, requester);
    } catch (error) {
      if (error.context) error.context = { ...error.context, task: String(index) };
      throw error;
    }
  });
  return `[${texts.join(',')}]`;
}

function dependency(task) {
  return typeof task === 'object' && task !== null && 'task' in task ? { ...formOf(task), task: idOf(task.task) } : idOf(task);
}

/** Options within options have names in camel case, too; a Date is a moment, and a class of errors its name. */
function formOf(value) {
  if (value instanceof Date) return moment(value);
  if (typeof value === 'function') return value.name;
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, formOf);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [snake(name), formOf(item)]));
}

function moment(date) {
  if (Number.isNaN(date.getTime())) throw fail('INVALID_TASK', 'the time is an invalid Date');
  return `${date.toISOString().slice(0, -1)}000Z`;
}

/** The id of a task or a plea, given itself or by its id. */
function idOf(task) {
  const id = typeof task === 'string' ? task : task?.id;
  if (typeof id === 'string') return id.toWellFormed();
  throw fail('INVALID_ARGUMENT', `${task === null ? 'null' : `a ${typeof task}`} is no task; pass what was submitted or an id`);
}

/** A length of time in whole milliseconds. */
function millis(value, what, code = 'INVALID_TASK') {
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return Math.ceil(value);
  throw fail(code, `${what} is ${String(value)}; pass milliseconds, 0 or more`);
}

/** A string without half characters. */
const word = (value, what) => take.text(value, what).toWellFormed();

module.exports = { request, row, rows, word, idOf, millis, moment, snake, formOf };
