// The calls about tasks that every language runs. Names of options are in camel case here, and lengths of time without their unit.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Orchestrator, holds, vectors } from './support/sealbook.mjs';

const { cases } = vectors('tasks/calls.json');

function filled(part, names) {
  return JSON.parse(Object.entries(names).reduce((text, [name, id]) => text.replaceAll(`{{${name}}}`, id), JSON.stringify(part)));
}

const camel = (name) => name.replace(/_ms$/, '').replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** A submission of the vectors as JavaScript makes it. */
function row({ kind, arguments: args, ...options }) {
  return { kind, arguments: args, ...Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value])) };
}

async function call(o, name, request) {
  switch (name) {
    case 'submit': {
      const { kind, arguments: args, ...options } = row(request);
      return (await o.submit(kind, args, { requester: null, ...options })).show();
    }
    case 'submit_many': return Promise.all((await o.submitMany(request.map(row))).map((handle) => handle.show()));
    case 'list': return o.list(request);
    case 'show': return o.show(request.id);
    case 'act': return { id: request.id, state: await o[request.act](request.id, { as: request.principal, reason: request.reason }) };
    case 'act_many': return o.actMany(request.act, request.ids, { as: request.principal, reason: request.reason });
    case 'breaker': return o.breaker(request.key, request.act, { as: request.principal, reason: request.reason });
    case 'limit': return o.limit(request.limit, { as: request.principal, reason: request.reason });
    case 'vote': return o[request.choice](request.plea, { as: request.voter, reason: request.reason });
    case 'say': {
      const { plea, voter: as, saying: { choice, to, ...rest }, key } = request;
      const options = { as, ...rest, key: key ?? undefined };
      switch (choice) {
        case 'take_back': return o.takeBack(plea, options);
        case 'delegate': return o.delegate(plea, to, options);
        case 'revoke': return o.delegate(plea, null, options);
        default: return o[choice](plea, options);
      }
    }
    case 'ballot': {
      const { choice, ...rest } = request.saying;
      return o.ballot(request.plea, choice, { as: request.voter, ...rest });
    }
    case 'cast': return o.cast(request.ballot, request.signature);
    case 'set_health': return o.setHealth(request.agent, request.health, { as: request.principal, reason: request.reason });
    case 'record_and_submit': {
      const { entries, tasks } = await o.recordAndSubmit(request.entries, request.tasks.map(row));
      return { entries: entries.map(({ seq, ...entry }) => ({ ...entry, seq: Number(seq) })), tasks };
    }
    default: throw new Error(name);
  }
}

test('there are cases', () => assert.ok(cases.length > 100));

for (const each of cases) {
  test(`${each.name}: ${each.call}`, async () => {
    const o = await Orchestrator.inMemory();
    const before = [];
    for (const request of each.before ?? []) before.push((await call(o, 'submit', request)).id);
    const names = { ...before, plea: (await o.pleas())[0]?.id };
    for (const step of each.first ?? []) await call(o, step.call, filled(step.request, names));
    const request = filled(each.request, names);
    if (each.code) {
      await assert.rejects(call(o, each.call, request), (error) => {
        assert.equal(error.code, each.code, error.stack);
        holds(each.context ?? {}, error.context);
        return true;
      });
      assert.equal((await o.list()).length, before.length);
    } else {
      holds(filled(each.expect, names), await call(o, each.call, request));
    }
    await o.close();
  });
}
