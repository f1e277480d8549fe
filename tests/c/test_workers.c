/* Workers that run a function of the program's, and threads that end while attempts are out. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG 60000
#define THREADS 8

/* What the functions and their threads share. The checks count without a lock, so that threads only keep what they saw. */
struct shared {
    pthread_mutex_t lock;
    sealbook_ledger *ledger;
    sealbook_orchestrator *tasks;
    sealbook_worker *worker;
    sealbook_handler handler;
    unsigned calls, failed, running;
    uint64_t tickets[THREADS];
};

static void count(struct shared *shared, unsigned *what, unsigned by) {
    pthread_mutex_lock(&shared->lock);
    *what += by;
    pthread_mutex_unlock(&shared->lock);
}

static unsigned counted(struct shared *shared, unsigned *what) {
    unsigned value;
    pthread_mutex_lock(&shared->lock);
    value = *what;
    pthread_mutex_unlock(&shared->lock);
    return value;
}

static void *run(void *argument) {
    struct shared *shared = argument;
    count(shared, &shared->failed, sealbook_worker_run(shared->worker, shared->handler, shared, NULL) != SEALBOOK_OK);
    return NULL;
}

static void start_threads(pthread_t *threads, void *(*body)(void *), struct shared *shared) {
    for (size_t n = 0; n < THREADS; n++)
        CHECK(pthread_create(&threads[n], NULL, body, shared) == 0);
}

static void join_threads(pthread_t *threads) {
    for (size_t n = 0; n < THREADS; n++)
        CHECK(pthread_join(threads[n], NULL) == 0);
}

/* Submits a task per thread. */
static void submit_some(sealbook_orchestrator *tasks) {
    for (size_t n = 0; n < THREADS; n++)
        free(submit_task(tasks, "{\"kind\":\"a\",\"requester\":\"ann\"}"));
}

static bool counts_are(sealbook_orchestrator *tasks, const char *expected) {
    sealbook_error *error = NULL;
    char *counts = NULL;
    bool same = CHECK_CODE(SEALBOOK_OK, sealbook_task_counts(tasks, &counts, &error)) && strcmp(counts, expected) == 0;
    if (!same)
        fprintf(stderr, "  the counts are %s\n", counts ? counts : "nothing");
    sealbook_string_free(counts);
    return same;
}

static void complete(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    struct shared *shared = context;
    bool fits = has(attempt, "\"kind\":\"a\"");
    count(shared, &shared->calls, 1);
    count(shared, &shared->failed,
          !fits || sealbook_worker_complete(worker, ticket, "{\"complete\":[1]}", NULL) != SEALBOOK_OK);
}

static void a_function_is_called_with_each_attempt(void) {
    struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, orchestrator_in_memory(), NULL, complete, 0, 0, 0, {0}};
    sealbook_error *error = NULL;
    submit_some(shared.tasks);
    shared.worker = started_worker(shared.tasks, "[\"a\"]", "{\"until_idle\":true}");
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_run(shared.worker, complete, &shared, &error));
    CHECK(shared.calls == THREADS && shared.failed == 0);
    worker_ends(shared.worker, "\"completed\":8");
    sealbook_orchestrator_free(shared.tasks);
}

static void say_nothing(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    (void)worker, (void)ticket, (void)attempt;
    *(unsigned *)context += 1;
}

static void a_function_that_says_nothing_has_failed(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = orchestrator_in_memory();
    char *id = submit_task(tasks, "{\"kind\":\"a\",\"requester\":\"ann\",\"max_attempts\":2,\"retry\":{\"initial\":1}}"), *task;
    sealbook_worker *worker = started_worker(tasks, "[\"a\"]", "{\"until_idle\":true}");
    unsigned calls = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_run(worker, say_nothing, &calls, &error));
    CHECK(calls == 2);
    task = ended_task(tasks, id);
    CHECK(has(task, "\"state\":\"dead\"") && has(task, "\"class\":\"NoOutcome\""));
    sealbook_string_free(task);
    worker_ends(worker, "\"attempts\":2");
    sealbook_orchestrator_free(tasks);
    free(id);
}

/* Records, submits another task, waits for it, and reads what happened. */
static void call_back(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    struct shared *shared = context;
    char *entry = NULL, *submitted = NULL, *task = NULL, *events = NULL, *id;
    uint64_t last = 0;
    bool ok = sealbook_ledger_record(shared->ledger, "custom.test", "{}", 2, NULL, &entry, NULL) == SEALBOOK_OK;
    if (has(attempt, "\"kind\":\"parent\"")) {
        ok = ok && sealbook_task_submit(shared->tasks, "{\"kind\":\"child\",\"requester\":\"ann\",\"priority\":\"high\"}",
                                        &submitted, NULL) == SEALBOOK_OK;
        id = first_id(submitted);
        ok = ok && sealbook_task_wait(shared->tasks, id, LONG, &task, NULL) == SEALBOOK_OK && has(task, "\"completed\"");
        free(id);
    }
    ok = ok && sealbook_events(shared->tasks, 0, 1000, 0, &last, &events, NULL) == SEALBOOK_OK && events != NULL;
    sealbook_string_free(events);
    sealbook_string_free(task);
    sealbook_string_free(submitted);
    sealbook_string_free(entry);
    ok = sealbook_worker_complete(worker, ticket, "{\"complete\":null}", NULL) == SEALBOOK_OK && ok;
    count(shared, &shared->calls, 1);
    count(shared, &shared->failed, !ok);
}

static void functions_call_back_into_the_library(void) {
    char *folder = scratch("callbacks");
    struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, orchestrator_in(folder), NULL, call_back, 0, 0, 0, {0}};
    sealbook_error *error = NULL;
    pthread_t threads[THREADS];
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, NULL, &shared.ledger, &error));
    /* One thread less than would wait for children that nobody runs. */
    for (size_t n = 0; n < THREADS - 1; n++)
        free(submit_task(shared.tasks, "{\"kind\":\"parent\",\"requester\":\"ann\"}"));
    shared.worker = started_worker(shared.tasks, "[\"parent\",\"child\"]", "{\"until_idle\":true,\"concurrency\":8}");
    start_threads(threads, run, &shared);
    join_threads(threads);
    CHECK(shared.calls == 2 * (THREADS - 1) && shared.failed == 0);
    CHECK(counts_are(shared.tasks, "{\"completed\":14}") && is_intact(shared.ledger));
    worker_ends(shared.worker, "\"completed\":14");
    sealbook_orchestrator_free(shared.tasks);
    sealbook_ledger_free(shared.ledger);
    free(folder);
}

/* Works until it is told to stop. */
static void until_stopped(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    struct shared *shared = context;
    char *reason = NULL;
    (void)attempt;
    count(shared, &shared->running, 1);
    while (reason == NULL && sealbook_worker_beat(worker, ticket, "{}", &reason, NULL) == SEALBOOK_OK)
        pause_briefly();
    count(shared, &shared->failed, !has(reason, "enough"));
    sealbook_string_free(reason);
    count(shared, &shared->failed, sealbook_worker_complete(worker, ticket, "{\"cancelled\":true}", NULL) != SEALBOOK_OK);
}

static void a_worker_that_stops_tells_eight_functions_and_their_threads_end(void) {
    struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, orchestrator_in_memory(), NULL, until_stopped, 0, 0, 0, {0}};
    pthread_t threads[THREADS];
    submit_some(shared.tasks);
    shared.worker = started_worker(shared.tasks, "[\"a\"]", "{\"concurrency\":8,\"drain_ms\":1}");
    start_threads(threads, run, &shared);
    while (counted(&shared, &shared.running) < THREADS)
        pause_briefly();
    sealbook_worker_stop(shared.worker, "enough");
    join_threads(threads);
    CHECK(shared.failed == 0);
    worker_ends(shared.worker, "\"attempts\":8");
    CHECK(counts_are(shared.tasks, "{\"queued\":8}")); /* what was interrupted is there for others */
    sealbook_orchestrator_free(shared.tasks);
}

/* Fetches one attempt, and ends with it still out. */
static void *fetch_one(void *argument) {
    struct shared *shared = argument;
    char *attempt = NULL;
    uint64_t ticket = 0;
    bool ok = sealbook_worker_fetch(shared->worker, LONG, &ticket, &attempt, NULL) == SEALBOOK_OK && attempt != NULL;
    pthread_mutex_lock(&shared->lock);
    shared->failed += !ok;
    shared->tickets[shared->calls++] = ticket;
    pthread_mutex_unlock(&shared->lock);
    sealbook_string_free(attempt);
    return NULL;
}

static void eight_threads_end_while_their_attempts_are_out(void) {
    struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, orchestrator_in_memory(), NULL, NULL, 0, 0, 0, {0}};
    sealbook_error *error = NULL;
    pthread_t threads[THREADS];
    submit_some(shared.tasks);
    shared.worker = started_worker(shared.tasks, "[\"a\"]", "{\"until_idle\":true,\"concurrency\":8}");
    start_threads(threads, fetch_one, &shared);
    join_threads(threads);
    CHECK(shared.calls == THREADS && shared.failed == 0);
    CHECK(counts_are(shared.tasks, "{\"running\":8}"));
    /* Another thread brings the outcomes back. */
    for (size_t n = 0; n < THREADS; n++)
        CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(shared.worker, shared.tickets[n], "{\"complete\":1}", &error));
    worker_ends(shared.worker, "\"completed\":8");
    CHECK(counts_are(shared.tasks, "{\"completed\":8}"));
    sealbook_orchestrator_free(shared.tasks);
}

static void attempts_that_are_out_do_not_keep_a_worker_from_its_release(void) {
    struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, orchestrator_in_memory(), NULL, NULL, 0, 0, 0, {0}};
    pthread_t threads[THREADS];
    submit_some(shared.tasks);
    shared.worker = started_worker(shared.tasks, "[\"a\"]", "{\"concurrency\":8,\"drain_ms\":1}");
    start_threads(threads, fetch_one, &shared);
    join_threads(threads);
    CHECK(shared.failed == 0);
    sealbook_worker_free(shared.worker);
    CHECK(counts_are(shared.tasks, "{\"running\":8}") || counts_are(shared.tasks, "{\"queued\":8}"));
    sealbook_orchestrator_free(shared.tasks);
}

/* The first one returns when the second is done, and hears nothing before. */
static void deaf_first(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    struct shared *shared = context;
    (void)attempt;
    count(shared, &shared->running, 1);
    if (counted(shared, &shared->running) == 1)
        while (counted(shared, &shared->calls) == 0)
            pause_briefly();
    count(shared, &shared->failed, sealbook_worker_complete(worker, ticket, "{\"complete\":1}", NULL) != SEALBOOK_OK);
    count(shared, &shared->calls, 1);
}

static void a_function_that_does_not_stop_is_replaced_on_another_thread(void) {
    struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, orchestrator_in_memory(), NULL, deaf_first, 0, 0, 0, {0}};
    sealbook_error *error = NULL;
    pthread_t threads[THREADS];
    char *state = NULL, *id = submit_task(shared.tasks, "{\"kind\":\"a\",\"requester\":\"ann\"}");
    shared.worker = started_worker(shared.tasks, "[\"a\"]", "{\"until_idle\":true,\"concurrency\":1,\"grace_ms\":50}");
    start_threads(threads, run, &shared);
    while (counted(&shared, &shared.running) == 0)
        pause_briefly();
    free(submit_task(shared.tasks, "{\"kind\":\"a\",\"requester\":\"ann\"}"));
    CHECK_CODE(SEALBOOK_OK, sealbook_task_act(shared.tasks, "cancel", id, "ann", "enough", &state, &error));
    join_threads(threads);
    CHECK(shared.calls == 2 && shared.failed == 0);
    worker_ends(shared.worker, "\"stuck\":1");
    CHECK(counts_are(shared.tasks, "{\"completed\":2}"));
    sealbook_string_free(state);
    sealbook_orchestrator_free(shared.tasks);
    free(id);
}

static void never_returns(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    (void)worker, (void)ticket, (void)attempt;
    count(context, &((struct shared *)context)->running, 1);
    for (;;)
        pause_briefly();
}

int exit_while_functions_run(const char *folder) {
    static struct shared shared = {PTHREAD_MUTEX_INITIALIZER, NULL, NULL, NULL, never_returns, 0, 0, 0, {0}};
    pthread_t threads[THREADS];
    shared.tasks = orchestrator_in(folder);
    submit_some(shared.tasks);
    shared.worker = started_worker(shared.tasks, "[\"a\"]", "{\"concurrency\":8}");
    start_threads(threads, run, &shared);
    while (counted(&shared, &shared.running) < THREADS)
        pause_briefly();
    return 23;
}

static void a_program_ends_while_functions_run(void) {
    char *folder = scratch("exiting");
    sealbook_orchestrator *tasks;
    int status = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(LONG / 1000);
        execl(program, program, "exit", folder, (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 23);
    tasks = orchestrator_in(folder);
    CHECK(counts_are(tasks, "{\"running\":8}")); /* until their leases are over */
    sealbook_orchestrator_free(tasks);
    free(folder);
}

const struct test worker_tests[] = {
    {"a_function_is_called_with_each_attempt", a_function_is_called_with_each_attempt},
    {"a_function_that_says_nothing_has_failed", a_function_that_says_nothing_has_failed},
    {"functions_call_back_into_the_library", functions_call_back_into_the_library},
    {"a_worker_that_stops_tells_eight_functions_and_their_threads_end",
     a_worker_that_stops_tells_eight_functions_and_their_threads_end},
    {"eight_threads_end_while_their_attempts_are_out", eight_threads_end_while_their_attempts_are_out},
    {"attempts_that_are_out_do_not_keep_a_worker_from_its_release", attempts_that_are_out_do_not_keep_a_worker_from_its_release},
    {"a_function_that_does_not_stop_is_replaced_on_another_thread", a_function_that_does_not_stop_is_replaced_on_another_thread},
    {"a_program_ends_while_functions_run", a_program_ends_while_functions_run},
    {NULL, NULL},
};
