/* Tasks: what is asked for, who runs it, who approves it, and what is heard of it. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LONG 60000

sealbook_orchestrator *orchestrator_in_memory(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    sealbook_orchestrator *tasks = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_orchestrator_open(ledger, &tasks, &error));
    sealbook_ledger_free(ledger);
    return tasks;
}

sealbook_orchestrator *orchestrator_in(const char *folder) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    sealbook_orchestrator *tasks = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, "{\"create\":true}", &ledger, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_orchestrator_open(ledger, &tasks, &error));
    sealbook_ledger_free(ledger);
    return tasks;
}

char *first_id(const char *json) {
    const char mark[] = "\"id\":\"", *found = json == NULL ? NULL : strstr(json, mark);
    char *id = calloc(1, 37);
    if (id == NULL)
        abort();
    if (found != NULL)
        memcpy(id, found + strlen(mark), 36);
    return id;
}

char *submit_task(sealbook_orchestrator *tasks, const char *task) {
    sealbook_error *error = NULL;
    char *submitted = NULL, *id;
    CHECK_CODE(SEALBOOK_OK, sealbook_task_submit(tasks, task, &submitted, &error));
    id = first_id(submitted);
    sealbook_string_free(submitted);
    return id;
}

sealbook_worker *started_worker(sealbook_orchestrator *tasks, const char *kinds, const char *options) {
    sealbook_error *error = NULL;
    sealbook_worker *worker = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_start(tasks, kinds, options, &worker, &error));
    return worker;
}

void pause_briefly(void) {
    struct timespec pause = {0, 2000000};
    nanosleep(&pause, NULL);
}

/* The ticket of the next attempt, whose text goes to `attempt`. */
static uint64_t fetch(sealbook_worker *worker, char **attempt) {
    sealbook_error *error = NULL;
    uint64_t ticket = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fetch(worker, LONG, &ticket, attempt, &error));
    CHECK(*attempt != NULL);
    return ticket;
}

void worker_ends(sealbook_worker *worker, const char *part) {
    sealbook_error *error = NULL;
    char *summary = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_join(worker, &summary, &error));
    CHECK(has(summary, part));
    sealbook_string_free(summary);
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_worker_join(worker, &summary, &error));
    CHECK(sealbook_worker_is_ended(worker));
    sealbook_worker_free(worker);
}

char *ended_task(sealbook_orchestrator *tasks, const char *id) {
    sealbook_error *error = NULL;
    char *task = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_task_wait(tasks, id, LONG, &task, &error));
    CHECK(task != NULL);
    return task;
}

static void a_task_is_submitted_run_and_shown(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    char *id = submit_task(tasks, "{\"kind\":\"add\",\"requester\":\"ann\",\"arguments\":[1,2.50]}");
    char *attempt = NULL, *task = NULL, *reason = NULL, *text = NULL;
    sealbook_worker *worker;
    uint64_t ticket;
    CHECK_CODE(SEALBOOK_OK, sealbook_task_wait(tasks, id, 1, &task, &error));
    CHECK(task == NULL);
    worker = started_worker(tasks, "[\"add\"]", "{\"until_idle\":true,\"concurrency\":1}");
    ticket = fetch(worker, &attempt);
    CHECK(has(attempt, "\"arguments\":[1,2.5") && has(attempt, id) && has(attempt, "\"attempt\":1"));
    CHECK(!sealbook_worker_is_ended(worker));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_worker_complete(worker, ticket, "{}", &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_worker_beat(worker, ticket, "half", &reason, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_beat(worker, ticket, "{\"done\":0.5}", &reason, &error));
    CHECK(reason == NULL);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":{\"sum\":3.5}}", &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_worker_complete(worker, ticket, "{\"complete\":1}", &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_worker_beat(worker, ticket, NULL, &reason, &error));
    sealbook_string_free(attempt);
    attempt = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fetch(worker, LONG, &ticket, &attempt, &error));
    CHECK(attempt == NULL);
    task = ended_task(tasks, id);
    CHECK(has(task, "\"state\":\"completed\"") && has(task, "\"result\":{\"sum\":3.5}"));
    sealbook_string_free(task);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_show(tasks, id, &task, &error));
    CHECK(has(task, "\"history\":[{") && has(task, "\"pleas\":[]"));
    CHECK_CODE(SEALBOOK_OK, sealbook_task_list(tasks, "{\"states\":[\"completed\"]}", &text, &error));
    CHECK(has(text, id));
    sealbook_string_free(text);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_counts(tasks, &text, &error));
    CHECK(has(text, "{\"completed\":1}"));
    sealbook_string_free(text);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_stats(tasks, 1000, &text, &error));
    CHECK(has(text, "\"add\"") && has(text, "\"p95\""));
    sealbook_string_free(text);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_stats_prometheus(tasks, 1000, &text, &error));
    CHECK(has(text, "# TYPE sealbook_"));
    sealbook_string_free(text);
    sealbook_string_free(task);
    worker_ends(worker, "\"completed\":1");
    sealbook_orchestrator_free(tasks);
    free(id);
}

static void a_task_with_needs_goes_to_an_agent(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    char *id = submit_task(tasks, "{\"kind\":\"add\",\"requester\":\"ann\",\"needs\":{\"capabilities\":[\"sums\"]}}");
    char *attempt = NULL, *text = NULL;
    sealbook_worker *worker;
    uint64_t ticket;
    CHECK_CODE(SEALBOOK_OK, sealbook_task_show(tasks, id, &text, &error));
    CHECK(has(text, "\"waiting\":\"no agent can do a task of kind add: none is registered\""));
    sealbook_string_free(text);
    worker = started_worker(tasks, "[\"add\"]", "{\"until_idle\":true,\"agent\":{\"id\":\"adder\",\"capabilities\":[\"sums\"],\"limit\":2}}");
    ticket = fetch(worker, &attempt);
    CHECK(has(attempt, id));
    sealbook_string_free(attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_agents(tasks, &text, &error));
    CHECK(has(text, "\"id\":\"adder\"") && has(text, "\"load\":1") && has(text, "\"limit\":2"));
    sealbook_string_free(text);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":3}", &error));
    worker_ends(worker, "\"completed\":1");
    CHECK_CODE(SEALBOOK_OK, sealbook_task_agents(tasks, &text, &error));
    CHECK(has(text, "\"load\":0") && has(text, "\"worker\":null"));
    sealbook_string_free(text);
    free(id);
    sealbook_orchestrator_free(tasks);
}

static void a_failure_keeps_its_class_message_and_detail(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    char *id = submit_task(tasks, "{\"kind\":\"add\",\"requester\":\"ann\",\"max_attempts\":2,\"retry\":{\"initial\":1}}");
    char *other = submit_task(tasks, "{\"kind\":\"other\",\"requester\":\"ann\"}"), *attempt = NULL, *task;
    sealbook_worker *worker = started_worker(tasks, "[\"add\"]", "{\"until_idle\":true}");
    uint64_t ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fail(worker, ticket, "Timeout", "no \"answer\"\n", "at line 7", &error));
    sealbook_string_free(attempt);
    ticket = fetch(worker, &attempt);
    CHECK(has(attempt, "\"attempt\":2"));
    sealbook_string_free(attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fail(worker, ticket, "Timeout", "no \"answer\"\n", "at line 8", &error));
    task = ended_task(tasks, id);
    CHECK(has(task, "\"state\":\"dead\"") && has(task, "\"class\":\"Timeout\"") && has(task, "\"detail\":\"at line 8\""));
    CHECK(has(task, "\"message\":\"no \\\"answer\\\"\\n\""));
    sealbook_string_free(task);
    worker_ends(worker, "\"attempts\":2");
    worker = started_worker(tasks, "[\"other\"]", "{\"until_idle\":true}");
    ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(
                                worker, ticket, "{\"fail\":{\"class\":\"C\",\"message\":\"m\",\"fault\":\"permanent\"}}", &error));
    sealbook_string_free(attempt);
    task = ended_task(tasks, other);
    CHECK(has(task, "\"attempts\":1") && !has(task, "\"state\":\"completed\""));
    sealbook_string_free(task);
    worker_ends(worker, "\"attempts\":1");
    sealbook_orchestrator_free(tasks);
    free(other);
    free(id);
}

/* It opens the project by itself, and votes. */
int approve_a_plea(const char *folder, const char *voter) {
    sealbook_ledger *ledger = NULL;
    sealbook_orchestrator *tasks = NULL;
    char *pleas = NULL, *plea = NULL, *id;
    bool approved = sealbook_ledger_open(folder, NULL, &ledger, NULL) == SEALBOOK_OK &&
                    sealbook_orchestrator_open(ledger, &tasks, NULL) == SEALBOOK_OK &&
                    sealbook_pleas(tasks, false, &pleas, NULL) == SEALBOOK_OK;
    id = first_id(pleas);
    approved = approved && sealbook_plea_vote(tasks, id, voter, "approve", "tested", &plea, NULL) == SEALBOOK_OK &&
               has(plea, "\"state\":\"approved\"");
    free(id);
    sealbook_string_free(plea);
    sealbook_string_free(pleas);
    sealbook_orchestrator_free(tasks);
    sealbook_ledger_free(ledger);
    return approved ? 0 : 1;
}

static void a_second_process_approves_a_plea(void) {
    sealbook_error *error = NULL;
    char *folder = scratch("approved"), *pleas = NULL, *plea = NULL, *attempt = NULL, *task;
    sealbook_orchestrator *tasks = orchestrator_in(folder);
    char *id = submit_task(tasks, "{\"kind\":\"deploy\",\"requester\":\"ann\",\"require_approvals\":1}"), *asked;
    sealbook_worker *worker = started_worker(tasks, "[\"deploy\"]", NULL);
    uint64_t ticket = 0;
    int status = 0;
    pid_t child;
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fetch(worker, 50, &ticket, &attempt, &error));
    CHECK(attempt == NULL && !sealbook_worker_is_ended(worker));
    CHECK_CODE(SEALBOOK_OK, sealbook_pleas(tasks, false, &pleas, &error));
    CHECK(has(pleas, id));
    asked = first_id(pleas);
    CHECK_CODE(SEALBOOK_VOTE_REFUSED, sealbook_plea_vote(tasks, asked, "ann", "approve", NULL, &plea, &error));
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        execl(program, program, "approve", folder, "bob", (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":null}", &error));
    task = ended_task(tasks, id);
    CHECK(has(task, "\"state\":\"completed\"") && has(task, "\"voter\":\"bob\""));
    sealbook_string_free(task);
    sealbook_string_free(attempt);
    sealbook_string_free(pleas);
    sealbook_worker_stop(worker, NULL);
    worker_ends(worker, "\"completed\":1");
    sealbook_orchestrator_free(tasks);
    free(asked);
    free(id);
    free(folder);
}

/* A key of 32 bytes of 2, and its public key. */
#define BOBS_KEY "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC\n-----END PRIVATE KEY-----\n"
#define BOBS_PUBLIC_KEY "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"

static void a_vote_is_signed_with_a_key_that_is_listed(void) {
    sealbook_error *error = NULL;
    char *folder = scratch("signed"), *settings = scratch("signed/sealbook.toml"), *plea = NULL, *ballot = NULL, forged[129] = {0};
    char *task = NULL;
    sealbook_orchestrator *tasks = orchestrator_in(folder), *view = NULL;
    FILE *file = fopen(settings, "w");
    char *id;
    CHECK(file != NULL && fputs("[tasks]\nprincipals = [{ id = \"ann\", may = [\"submit *\"] }, { id = \"bob\", roles = [\"approver\"], "
                                "may = [\"approve *\"], keys = [\"" BOBS_PUBLIC_KEY "\"] }]\n", file) >= 0);
    CHECK(file != NULL && fclose(file) == 0);
    sealbook_orchestrator_free(tasks);
    tasks = orchestrator_in(folder);
    id = submit_task(tasks, "{\"kind\":\"deploy\",\"requester\":\"ann\",\"approval\":{\"approvals\":1,\"signed\":true,"
                            "\"levels\":[{\"roles\":[\"approver\"],\"principals\":[],\"deadline\":60000}]}}");
    CHECK_CODE(SEALBOOK_VOTE_REFUSED, sealbook_plea_vote(tasks, id, "bob", "approve", NULL, &plea, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_plea_ballot(tasks, id, "bob", "{\"choice\":\"approve\"}", &ballot, &error));
    CHECK(has(ballot, "\"message\":\"sealbook/vote/v1\\n{"));
    memset(forged, '7', 128);
    CHECK_CODE(SEALBOOK_VOTE_REFUSED, sealbook_plea_cast(tasks, ballot, forged, &plea, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_plea_say(tasks, id, "bob", "{\"choice\":\"approve\"}", BOBS_KEY, &plea, &error));
    CHECK(has(plea, "\"state\":\"approved\"") && has(plea, "\"verified\":true"));
    sealbook_string_free(plea);
    sealbook_string_free(ballot);
    CHECK_CODE(SEALBOOK_OK, sealbook_orchestrator_seen_by(tasks, "bob", &view, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_task_show(view, id, &task, &error));
    CHECK(has(task, id));
    sealbook_string_free(task);
    sealbook_orchestrator_free(view);
    CHECK_CODE(SEALBOOK_OK, sealbook_orchestrator_seen_by(tasks, "eve", &view, &error));
    CHECK_CODE(SEALBOOK_ACCESS_REFUSED, sealbook_task_show(view, id, &task, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_task_list(view, NULL, &task, &error));
    CHECK(strcmp(task, "[]") == 0);
    sealbook_string_free(task);
    sealbook_orchestrator_free(view);
    CHECK_CODE(SEALBOOK_INVALID_TASK, sealbook_orchestrator_seen_by(tasks, "", &view, &error));
    sealbook_orchestrator_free(tasks);
    free(id);
    free(settings);
    free(folder);
}

static void an_agent_that_was_taken_out_gets_nothing(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    sealbook_worker *worker = started_worker(tasks, "[\"read\"]", "{\"agent\":{\"id\":\"reader\"}}");
    char *agent = NULL, *attempt = NULL, *id = submit_task(tasks, "{\"kind\":\"read\",\"requester\":\"ann\"}");
    uint64_t ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_agent_set_health(tasks, "reader", "down", "ops", "it babbles", &agent, &error));
    CHECK(has(agent, "\"health\":\"down\""));
    sealbook_string_free(agent);
    sealbook_string_free(attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":null}", &error));
    free(id);
    id = submit_task(tasks, "{\"kind\":\"read\",\"requester\":\"ann\"}");
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fetch(worker, 100, &ticket, &attempt, &error));
    CHECK(attempt == NULL);
    CHECK_CODE(SEALBOOK_OK, sealbook_agent_set_health(tasks, "reader", "healthy", "ops", NULL, &agent, &error));
    sealbook_string_free(agent);
    ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":null}", &error));
    sealbook_string_free(attempt);
    sealbook_worker_stop(worker, NULL);
    worker_ends(worker, "\"completed\":2");
    sealbook_orchestrator_free(tasks);
    free(id);
}

static void cancellation_reaches_what_runs(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    char *id = submit_task(tasks, "{\"kind\":\"slow\",\"requester\":\"ann\"}"), *attempt = NULL, *state = NULL, *reason = NULL, *task;
    sealbook_worker *worker = started_worker(tasks, "[\"slow\"]", NULL);
    uint64_t ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_stop_reason(worker, ticket, &reason, &error));
    CHECK(reason == NULL);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_act(tasks, "cancel", id, "ann", "not needed", &state, &error));
    CHECK(has(state, id));
    while (reason == NULL && CHECK_CODE(SEALBOOK_OK, sealbook_worker_beat(worker, ticket, NULL, &reason, &error)))
        pause_briefly();
    CHECK(has(reason, "stop"));
    sealbook_string_free(reason);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_stop_reason(worker, ticket, &reason, &error));
    CHECK(has(reason, "stop"));
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"cancelled\":true}", &error));
    task = ended_task(tasks, id);
    CHECK(has(task, "\"state\":\"cancelled\""));
    sealbook_string_free(task);
    sealbook_string_free(reason);
    sealbook_string_free(state);
    sealbook_string_free(attempt);
    sealbook_worker_stop(worker, "the end");
    worker_ends(worker, "\"attempts\":1");
    sealbook_orchestrator_free(tasks);
    free(id);
}

static void events_are_resumed_from_a_cursor(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    char *events = NULL, *id, *state = NULL;
    uint64_t cursor = 7, last = 7, whole = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_last_event(tasks, &last, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_events(tasks, last, 10, 1, &cursor, &events, &error));
    CHECK(events == NULL && cursor == last);
    id = submit_task(tasks, "{\"kind\":\"a\",\"requester\":\"ann\"}");
    CHECK_CODE(SEALBOOK_OK, sealbook_task_act(tasks, "suspend", id, "ann", NULL, &state, &error));
    sealbook_string_free(state);
    CHECK_CODE(SEALBOOK_OK, sealbook_task_act(tasks, "resume", id, "ann", NULL, &state, &error));
    sealbook_string_free(state);
    CHECK_CODE(SEALBOOK_OK, sealbook_last_event(tasks, &whole, &error));
    while (CHECK_CODE(SEALBOOK_OK, sealbook_events(tasks, cursor, 1, 0, &cursor, &events, &error)) && events != NULL) {
        CHECK(cursor > last && has(events, id));
        last = cursor;
        sealbook_string_free(events);
    }
    CHECK(cursor == whole);
    CHECK_CODE(SEALBOOK_OK, sealbook_events(tasks, 0, 100, 0, &cursor, &events, &error));
    CHECK(cursor == whole && has(events, "\"suspend\"") && has(events, "\"resume\""));
    sealbook_string_free(events);
    sealbook_orchestrator_free(tasks);
    free(id);
}

static void bad_input_has_its_code(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    sealbook_worker *worker = NULL;
    char *out = NULL, *id = submit_task(tasks, "{\"kind\":\"a\",\"requester\":\"ann\"}");
    CHECK_CODE(SEALBOOK_INVALID_TASK, sealbook_task_submit(tasks, "", &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_TASK, sealbook_task_submit(tasks, "\xff", &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_task_submit_many(tasks, "{}", &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_task_act(tasks, "kill", id, "ann", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_TASK, sealbook_task_act(tasks, "cancel", id, "", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ID, sealbook_task_wait(tasks, "one", LONG, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ID, sealbook_plea_vote(tasks, "one", "bob", "approve", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_plea_vote(tasks, id, "bob", "maybe", NULL, &out, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_worker_start(tasks, "a", NULL, &worker, &error));
    CHECK_CODE(SEALBOOK_INVALID_TASK, sealbook_worker_start(tasks, "[\"A\"]", NULL, &worker, &error));
    CHECK_CODE(SEALBOOK_INVALID_ARGUMENT, sealbook_worker_start(tasks, "[\"a\"]", "{\"threads\":1}", &worker, &error));
    CHECK(out == NULL && worker == NULL);
    sealbook_orchestrator_free(tasks);
    free(id);
}

static void a_forked_child_opens_another(void) {
    char *folder = scratch("inherited"), *id, *task, *attempt = NULL;
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in(folder);
    sealbook_worker *worker = started_worker(tasks, "[\"b\"]", NULL);
    uint64_t ticket;
    int status = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        char *out = NULL;
        bool refused = sealbook_task_counts(tasks, &out, NULL) == SEALBOOK_CLOSED &&
                       sealbook_worker_fetch(worker, 0, &ticket, &out, NULL) == SEALBOOK_CLOSED &&
                       sealbook_worker_join(worker, &out, NULL) == SEALBOOK_CLOSED && sealbook_worker_is_ended(worker);
        sealbook_worker_stop(worker, NULL);
        sealbook_worker_free(worker);
        sealbook_orchestrator_free(tasks);
        _exit(refused && out == NULL ? 0 : 1);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    id = submit_task(tasks, "{\"kind\":\"b\",\"requester\":\"ann\"}");
    ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":1}", &error));
    task = ended_task(tasks, id);
    sealbook_string_free(task);
    sealbook_string_free(attempt);
    sealbook_worker_stop(worker, NULL);
    worker_ends(worker, "\"completed\":1");
    sealbook_orchestrator_free(tasks);
    free(id);
    free(folder);
}

static void a_schedule_makes_the_run_that_was_missed(void) {
    const char *put = "{\"name\":\"s\",\"cron\":\"0 0 1 1 *\",\"missed\":\"once\",\"from\":\"2024-12-01T00:00:00.000000Z\","
                      "\"task\":{\"kind\":\"b\",\"requester\":\"ann\"}}";
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    sealbook_worker *worker;
    char *schedule = NULL, *attempt = NULL;
    uint64_t ticket;
    CHECK_CODE(SEALBOOK_OK, sealbook_schedule_put(tasks, put, &schedule, &error));
    CHECK(has(schedule, "\"next\":\"2025-01-01T00:00:00.000000Z\""));
    sealbook_string_free(schedule);
    CHECK_CODE(SEALBOOK_OK, sealbook_schedule_pause(tasks, "s", true, "ann", &schedule, &error));
    CHECK(has(schedule, "\"paused\":true"));
    sealbook_string_free(schedule);
    CHECK_CODE(SEALBOOK_OK, sealbook_schedule_pause(tasks, "s", false, "ann", &schedule, &error));
    CHECK(has(schedule, "\"paused\":false"));
    sealbook_string_free(schedule);
    CHECK_CODE(SEALBOOK_OK, sealbook_schedule_remove(tasks, "s", "ann", &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_schedule_remove(tasks, "s", "ann", &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_schedule_put(tasks, put, &schedule, &error));
    sealbook_string_free(schedule);
    worker = started_worker(tasks, "[\"b\"]", "{\"until_idle\":true}");
    ticket = fetch(worker, &attempt);
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":1}", &error));
    sealbook_string_free(attempt);
    worker_ends(worker, "\"completed\":1");
    CHECK_CODE(SEALBOOK_OK, sealbook_schedule_list(tasks, &schedule, &error));
    CHECK(has(schedule, "\"name\":\"s\"") && !has(schedule, "\"last_task\":null"));
    sealbook_string_free(schedule);
    sealbook_orchestrator_free(tasks);
}

const struct test task_tests[] = {
    {"a_schedule_makes_the_run_that_was_missed", a_schedule_makes_the_run_that_was_missed},
    {"a_task_is_submitted_run_and_shown", a_task_is_submitted_run_and_shown},
    {"a_task_with_needs_goes_to_an_agent", a_task_with_needs_goes_to_an_agent},
    {"a_failure_keeps_its_class_message_and_detail", a_failure_keeps_its_class_message_and_detail},
    {"a_second_process_approves_a_plea", a_second_process_approves_a_plea},
    {"a_vote_is_signed_with_a_key_that_is_listed", a_vote_is_signed_with_a_key_that_is_listed},
    {"an_agent_that_was_taken_out_gets_nothing", an_agent_that_was_taken_out_gets_nothing},
    {"cancellation_reaches_what_runs", cancellation_reaches_what_runs},
    {"events_are_resumed_from_a_cursor", events_are_resumed_from_a_cursor},
    {"bad_input_has_its_code", bad_input_has_its_code},
    {"a_forked_child_opens_another", a_forked_child_opens_another},
    {NULL, NULL},
};
