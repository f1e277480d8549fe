// A research agent: its searches are tasks that are tried again, a breaker spares a service that is down, and what it wants to publish waits
// until somebody has approved it, in another process.
//
//     node research_agent.mjs PROJECT "a question"     researches, and publishes once that is approved
//     node research_agent.mjs PROJECT --approve ana    what that other process does
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Orchestrator, RetryAfter } from '../../node/index.mjs';

const TOPICS = ['history', 'methods', 'criticism'];

/** Stands for a search service on the network. It is down for its first six calls. */
function service() {
  let calls = 0;
  const server = createServer((request, response) => {
    const down = ++calls <= 6;
    response.writeHead(down ? 503 : 200);
    response.end(down ? '' : JSON.stringify([`a page about ${new URL(request.url, 'http://x').searchParams.get('q')}`]));
  });
  return { server, calls: () => calls };
}

async function research(project, question) {
  const { server, calls } = service();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const orchestrator = await Orchestrator.open(project, { requester: 'researcher', create: true });

  const working = orchestrator.work({
    // A tool. While the breaker of its dependency is open no attempt is spent.
    'tool.search': async ({ arguments: query, signal }) => {
      const reply = await fetch(`${address}?q=${encodeURIComponent(query)}`, { signal });
      if (!reply.ok) throw new RetryAfter(50, `the service answers ${reply.status}`);
      return reply.json();
    },

    // The agent. Its tools run as tasks of their own, so that each call is recorded, and tried again by itself.
    'research.answer': async (attempt) => {
      const options = { maxAttempts: 10, retry: { initial: 20, max: 100 }, dependency: 'search', timeout: 10_000 };
      const searches = TOPICS.map((topic) => orchestrator.submit('tool.search', `${topic} of ${attempt.arguments}`, options));
      const pages = [];
      for (const search of searches) {
        pages.push(...(await (await search).result({ signal: attempt.signal })));
        attempt.beat({ pages: pages.length });
      }
      return pages.sort();
    },

    // Runs only after somebody other than the requester has approved exactly these arguments.
    'research.publish': ({ arguments: { file, pages } }) => {
      writeFileSync(file, `${pages.join('\n')}\n`);
      return pages.length;
    },
  }, { concurrency: 8 });

  const answer = await orchestrator.submit('research.answer', question);
  const pages = await answer.result({ timeout: 120_000 });
  let parked = false;
  for await (const { event } of orchestrator.events({ behind: 0, follow: false })) parked ||= event === 'park';
  console.log(`${pages.length} pages found; ${calls()} calls; the breaker held back tasks: ${parked}`);

  const wish = await orchestrator.submit('research.publish', { file: join(project, 'answer.txt'), pages }, { requireApprovals: 1 });
  console.log(`publishing is ${await wish.status()}`);
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), project, '--approve', 'ana'], { stdio: 'inherit' });
  console.log(`published ${await wish.result({ timeout: 60_000 })} pages`);
  const { verdict, entries } = await orchestrator.ledger.verify();
  console.log(`${verdict}: ${entries} entries`);
  await orchestrator.close();
  await working;
  server.close();
}

async function approve(project, who) {
  const orchestrator = await Orchestrator.open(project);
  for (const plea of await orchestrator.pleas()) {
    const { kind, state } = await orchestrator.approve(plea, { as: who, reason: 'read it' });
    console.log(`${who} approves ${kind}: ${state}`);
  }
  await orchestrator.close();
}

const [, , project, word, who] = process.argv;
if (word === '--approve') await approve(project, who);
else await research(project, word);
