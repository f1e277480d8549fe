"""A research agent: its searches are tasks that are tried again, a breaker spares a service that is down, and what it wants to publish waits
until somebody has approved it, in another process.

    python research_agent.py PROJECT "a question"     researches, and publishes once that is approved
    python research_agent.py PROJECT --approve ana    what that other process does
"""

import asyncio
import http.server
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import sealbook
from sealbook import Orchestrator, RetryAfter, current_attempt

TOPICS = ("history", "methods", "criticism")


class Service(http.server.BaseHTTPRequestHandler):
    """Stands for a search service on the network. It is down for its first six calls."""

    calls = 0

    def do_GET(self):
        Service.calls += 1
        down = Service.calls <= 6
        self.send_response(503 if down else 200)
        self.end_headers()
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self.wfile.write(b"" if down else json.dumps([f"a page about {query['q'][0]}"]).encode())

    def log_message(self, *_):
        pass


@sealbook.task("tool.search", max_attempts=10, retry={"initial": 20, "max": 100}, dependency="search", timeout=10)
def search(service: str, query: str):
    """A tool. While the breaker of its dependency is open no attempt is spent."""
    url = f"{service}?{urllib.parse.urlencode({'q': query})}"
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        error.close()
        raise RetryAfter(0.05, f"the service answers {error.code}") from error


@sealbook.task("research.answer")
async def answer(service: str, question: str):
    """The agent. Its tools run as tasks of their own, so that each call is recorded, and tried again by itself."""
    searches = [search.submit(service, f"{topic} of {question}") for topic in TOPICS]
    pages = []
    for tool in asyncio.as_completed([asyncio.ensure_future(handle) for handle in searches]):
        pages += await tool
        current_attempt().beat({"pages": len(pages)})
    return sorted(pages)


@sealbook.task("research.publish", require_approvals=1)
def publish(file: str, pages: list):
    """Runs only after somebody other than the requester has approved exactly these arguments."""
    Path(file).write_text("\n".join(pages) + "\n")
    return len(pages)


def research(project: str, question: str) -> None:
    tasks = [search, answer, publish]
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server,
        Orchestrator(project, requester="researcher", tasks=tasks, create=True) as o,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        o.start(concurrency=8)
        pages = answer.submit(f"http://127.0.0.1:{server.server_port}/", question).result(timeout=120)
        states = [event.reason for event in o.events(behind=0, follow=False) if event.event == "park"]
        print(f"{len(pages)} pages found; {Service.calls} calls; the breaker held back tasks: {bool(states)}")

        wish = publish.submit(f"{project}/answer.txt", pages)
        print(f"publishing is {wish.status()}", flush=True)
        subprocess.run([sys.executable, __file__, project, "--approve", "ana"], check=True)
        print(f"published {wish.result(timeout=60)} pages")
        report = o.ledger.verify()
        print(f"{report.verdict}: {report.entries} entries")
        server.shutdown()


def approve(project: str, who: str) -> None:
    with Orchestrator(project) as o:
        for plea in o.pleas():
            print(f"{who} approves {plea.kind}: {o.approve(plea, as_=who, reason='read it').state}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [project, "--approve", who]:
            approve(project, who)
        case [project, question]:
            research(project, question)
        case _:
            sys.exit(__doc__)
