"""Tasks through the generated Python module, and the shared vectors about them.  test_tasks.py PROJECT"""

import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

from sealbook import Handler, HandlerError, Ledger, OpenOptions, Orchestrator, SealbookError

LONG = 60_000


def cases():
    return json.loads((PROJECT / "tests/vectors/tasks/calls.json").read_text())["cases"]


def said(tasks, request, choice, reason="", behalf=None, to=None):
    plea, voter, key = request["plea"], request["voter"], request["key"]
    if choice == "take_back":
        return tasks.take_back(plea, voter, key)
    if choice in ("delegate", "revoke"):
        return tasks.delegate(plea, voter, to, key)
    return getattr(tasks, choice)(plea, voter, reason, behalf, key)


class Function(Handler):
    """Calls `function` with the attempt as a dict; what it returns is the result."""

    def __init__(self, function):
        self.function = function

    def handle(self, attempt):
        return json.dumps({"complete": self.function(json.loads(attempt))})


class Tasks(unittest.TestCase):
    def setUp(self):
        self.tasks = Orchestrator(Ledger.in_memory())

    def submit(self, **task):
        return json.loads(self.tasks.submit(json.dumps({"kind": "a", "requester": "ann"} | task)))["id"]

    def run_until_idle(self, handler, threads=1):
        worker = self.tasks.work(["a"], json.dumps({"until_idle": True, "concurrency": threads}))
        running = [threading.Thread(target=worker.run, args=[handler]) for _ in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return json.loads(worker.join())

    def test_a_handler_runs_tasks_on_threads_of_the_program(self):
        ids = [self.submit(arguments=[n, 1]) for n in range(20)]
        summary = self.run_until_idle(Function(lambda attempt: sum(attempt["arguments"])), threads=4)
        self.assertEqual(summary["completed"], 20)
        self.assertEqual([json.loads(self.tasks.show(id))["result"] for id in ids], list(range(1, 21)))
        self.assertEqual(json.loads(self.tasks.counts()), {"completed": 20})
        self.assertEqual(len(json.loads(self.tasks.list())), 20)
        self.assertEqual(len(json.loads(self.tasks.list('{"limit":3,"kind":"a"}'))), 3)
        self.assertIn("p95", self.tasks.stats())
        self.assertIn("# TYPE sealbook_", self.tasks.prometheus())

    def test_a_schedule_makes_the_runs_that_were_missed(self):
        task = {"kind": "a", "requester": "ann", "arguments": [1, 2]}
        schedule = {"name": "s", "cron": "0 0 1 1 *", "missed": "once", "from": "2024-12-01T00:00:00.000000Z", "task": task}
        self.assertEqual(json.loads(self.tasks.schedule(json.dumps(schedule)))["next"], "2025-01-01T00:00:00.000000Z")
        self.assertIsNone(json.loads(self.tasks.pause_schedule("s", "ann"))["next"])
        self.assertFalse(json.loads(self.tasks.resume_schedule("s", "ann"))["paused"])
        self.tasks.unschedule("s", "ann")
        self.assertEqual(json.loads(self.tasks.schedules()), [])
        self.tasks.schedule(json.dumps(schedule))
        summary = self.run_until_idle(Function(lambda attempt: sum(attempt["arguments"])))
        self.assertEqual(summary["completed"], 1)
        with self.assertRaises(SealbookError) as refused:
            self.tasks.schedule(json.dumps(schedule | {"cron": "61 * * * *"}))
        self.assertEqual(refused.exception.code, "INVALID_SCHEDULE")

    def test_a_task_with_needs_goes_to_an_agent(self):
        id = self.submit(needs={"capabilities": ["sums"]})
        self.assertEqual(
            json.loads(self.tasks.show(id))["waiting"],
            "no agent can do a task of kind a: none is registered",
        )
        options = {"until_idle": True, "agent": {"id": "adder", "capabilities": ["sums"]}}
        worker = self.tasks.work(["a"], json.dumps(options))
        worker.run(Function(lambda attempt: 3))
        self.assertEqual(json.loads(worker.join())["completed"], 1)
        agents = json.loads(self.tasks.agents())
        self.assertEqual([(each["id"], each["given"], each["worker"]) for each in agents], [("adder", 1, None)])

    def test_a_failure_keeps_its_class_and_an_exception_its_message(self):
        def named(_):
            raise HandlerError.Failed(error_class="Timeout", message="no answer", detail="at line 7")

        for function, error_class, message in [
            (named, "Timeout", "no answer"),
            (lambda _: 1 / 0, "Exception", "division by zero"),
        ]:
            id = self.submit(max_attempts=1)
            self.run_until_idle(Function(function))
            failure = json.loads(self.tasks.wait(id, LONG))["failure"]
            self.assertEqual(failure["class"], error_class)
            self.assertIn(message, failure["message"])
        self.assertEqual(json.loads(self.tasks.list())[0]["failure"]["detail"], "at line 7")

        class Wrong(Handler):
            def handle(self, attempt):
                return "done"

        id = self.submit(max_attempts=1)
        self.run_until_idle(Wrong())
        self.assertEqual(json.loads(self.tasks.show(id))["failure"]["class"], "InvalidOutcome")
        self.assertEqual(json.loads(self.tasks.retry(id, "ann"))["state"], "queued")

    def test_handlers_call_back(self):
        def parent(attempt):
            if attempt["arguments"] is None:
                child = self.submit(arguments=[1])
                return json.loads(self.tasks.wait(child, LONG))["result"]
            return attempt["arguments"]

        id = self.submit()
        self.run_until_idle(Function(parent), threads=2)
        self.assertEqual(json.loads(self.tasks.show(id))["result"], [1])

    def test_cancellation_reaches_what_runs(self):
        id = self.submit()
        worker = self.tasks.work(["a"])
        attempt = json.loads(worker.fetch(LONG))
        self.assertIsNone(worker.stop_reason(attempt["ticket"]))
        self.assertIsNone(self.tasks.wait(id, 1))
        self.tasks.cancel(id, "ann", "not needed")
        while (reason := worker.beat(attempt["ticket"], "0.5")) is None:
            pass
        self.assertIn("stop", reason)
        worker.complete(attempt["ticket"], '{"cancelled":true}')
        self.assertEqual(json.loads(self.tasks.wait(id, LONG))["state"], "cancelled")
        with self.assertRaises(SealbookError.Failed) as caught:
            worker.complete(attempt["ticket"], '{"cancelled":true}')
        self.assertEqual(caught.exception.code, "NOT_FOUND")
        worker.stop()
        self.assertIsNone(worker.fetch(LONG))
        self.assertTrue(worker.is_ended())

    def test_events_are_resumed_from_a_cursor(self):
        id = self.submit()
        self.tasks.suspend(id, "ann")
        self.tasks.resume(id, "ann")
        whole = json.loads(self.tasks.events(0))
        self.assertEqual([event["transition"]["event"] for event in whole], ["ready", "suspend", "resume", "ready"])
        self.assertEqual(whole[-1]["number"], self.tasks.last_event())
        self.assertEqual(json.loads(self.tasks.events(whole[0]["number"], 1)), whole[1:2])
        self.assertEqual(json.loads(self.tasks.events(self.tasks.last_event(), 10, 1)), [])

    def test_a_second_process_approves_a_plea(self):
        with tempfile.TemporaryDirectory() as folder:
            ledger = Ledger.open(folder, OpenOptions(create=True))
            self.tasks = Orchestrator(ledger)
            id = self.submit(require_approvals=1)
            [plea] = json.loads(self.tasks.pleas())
            with self.assertRaises(SealbookError.Failed) as caught:
                self.tasks.approve(plea["id"], "ann")
            self.assertEqual((caught.exception.code, caught.exception.context["why"]), ("VOTE_REFUSED", "requester"))
            code = """if True:
                import json, sys
                from sealbook import Ledger, Orchestrator
                tasks = Orchestrator(Ledger.open(sys.argv[1]))
                [plea] = json.loads(tasks.pleas())
                print(json.loads(tasks.approve(plea["id"], "bob", "tested"))["state"])
            """
            done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True)
            self.assertEqual((done.stdout, done.stderr), ("approved\n", ""))
            self.run_until_idle(Function(lambda _: "deployed"))
            self.assertEqual(json.loads(self.tasks.show(id))["result"], "deployed")
            self.assertEqual([plea["state"] for plea in json.loads(self.tasks.pleas(True))], ["consumed"])
            ledger.close()

    def test_the_shared_calls_have_their_outcomes(self):
        self.assertGreater(len(cases()), 40)
        for case in cases():
            with self.subTest(case["name"]):
                self.check(case)

    def check(self, case):
        tasks = Orchestrator(Ledger.in_memory())
        before = case.get("before", [])
        text = json.dumps(case)
        for n, submitted in enumerate(json.loads(tasks.submit_many(json.dumps(before)))):
            text = text.replace(f"{{{{{n}}}}}", submitted["id"])
        for plea in json.loads(tasks.pleas()):
            text = text.replace("{{plea}}", plea["id"])
        case = json.loads(text)
        for step in case.get("first", []):
            self.call(tasks, step["call"], step["request"])
        if "code" in case:
            with self.assertRaises(SealbookError.Failed) as caught:
                self.call(tasks, case["call"], case["request"])
            self.assertEqual(caught.exception.code, case["code"])
            self.assertLessEqual(case.get("context", {}).items(), caught.exception.context.items())
            self.assertEqual(len(json.loads(tasks.list())), len(before))
        else:
            self.compare(case["expect"], self.call(tasks, case["call"], case["request"]))

    @staticmethod
    def call(tasks, call, request):
        def show(submitted):
            return json.loads(tasks.show(submitted["id"]))

        match call:
            case "submit":
                return show(json.loads(tasks.submit(json.dumps(request))))
            case "submit_many":
                return [show(submitted) for submitted in json.loads(tasks.submit_many(json.dumps(request)))]
            case "list":
                return json.loads(tasks.list(json.dumps(request)))
            case "show":
                return show(request)
            case "act":
                act = getattr(tasks, request["act"])
                return json.loads(act(request["id"], request["principal"], request["reason"]))
            case "act_many":
                return json.loads(tasks.act_many(*request.values()))
            case "breaker":
                return json.loads(tasks.breaker(*request.values()))
            case "limit":
                return json.loads(tasks.limit(json.dumps(request["limit"]), request["principal"], request["reason"]))
            case "vote":
                vote = getattr(tasks, request["choice"])
                return json.loads(vote(request["plea"], request["voter"], request["reason"]))
            case "say":
                return json.loads(said(tasks, request, **request["saying"]))
            case "ballot":
                return json.loads(tasks.ballot(request["plea"], request["voter"], json.dumps(request["saying"])))
            case "cast":
                return json.loads(tasks.cast(json.dumps(request["ballot"]), request["signature"]))
            case "set_health":
                return json.loads(tasks.set_health(*request.values()))
            case "record_and_submit":
                return json.loads(tasks.record_and_submit(json.dumps(request["entries"]), json.dumps(request["tasks"])))

    def compare(self, part, whole):
        if isinstance(part, dict):
            for name, value in part.items():
                self.compare(value, whole[name])
        elif isinstance(part, list):
            self.assertEqual(len(part), len(whole))
            for ours, theirs in zip(part, whole):
                self.compare(ours, theirs)
        else:
            self.assertEqual(part, whole)


if __name__ == "__main__":
    PROJECT = pathlib.Path(sys.argv.pop(1))
    unittest.main()
