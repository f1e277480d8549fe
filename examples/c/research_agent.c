/*
 * A research agent: its searches are tasks that are tried again, a breaker spares a service that is down, and what it wants to publish
 * waits until somebody has approved it, in another process.
 *
 *     cc -std=c99 research_agent.c $(pkg-config --cflags --libs sealbook) -lpthread -o research_agent
 *     ./research_agent PROJECT "a question"       researches, and publishes once that is approved
 *     ./research_agent PROJECT --approve ana      what that other process does
 *
 * It reads the few members that it needs from JSON with strstr(). A program of any size has a JSON library for that.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sealbook.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define TOPICS 3
#define MINUTE 60000

static const char *const topics[TOPICS] = {"history", "methods", "criticism"};

/* What the threads share. */
struct agent {
    sealbook_ledger *ledger;
    sealbook_orchestrator *tasks;
    sealbook_worker *worker;
    const char *project;
    pthread_mutex_t lock;
    int calls; /* of the search service */
};

/* Says what went wrong and ends the program. */
static void expect_ok(uint32_t code, sealbook_error *error, const char *doing) {
    if (code != SEALBOOK_OK) {
        fprintf(stderr, "cannot %s: %s (%s)\n", doing, sealbook_error_message(error), sealbook_error_code(error));
        exit(1);
    }
}

/* Copies the string that a JSON text has behind `mark`, such as "\"id\":\"", as it is written there: it can go into JSON again. */
static const char *member(const char *json, const char *mark, char *out, size_t room) {
    const char *from = json ? strstr(json, mark) : NULL;
    size_t n = 0;
    if (from != NULL)
        for (from += strlen(mark); *from != '"' && *from != '\0' && n + 2 < room;) {
            if (*from == '\\')
                out[n++] = *from++;
            out[n++] = *from++;
        }
    out[n] = '\0';
    return out;
}

/* Submits a task and copies its id. */
static void submit(struct agent *agent, const char *task, char id[64]) {
    sealbook_error *error = NULL;
    char *submitted = NULL;
    expect_ok(sealbook_task_submit(agent->tasks, task, &submitted, &error), error, "submit a task");
    member(submitted, "\"id\":\"", id, 64);
    sealbook_string_free(submitted);
}

/* The result of a task, a string, once it has completed; false if it has failed. */
static bool result_of(struct agent *agent, const char *id, char *out, size_t room) {
    sealbook_error *error = NULL;
    char *task = NULL;
    bool completed;
    expect_ok(sealbook_task_wait(agent->tasks, id, MINUTE, &task, &error), error, "wait for a task");
    completed = task != NULL && strstr(task, "\"state\":\"completed\"") != NULL;
    member(task, "\"result\":\"", out, room);
    sealbook_string_free(task);
    return completed;
}

/* Stands for a search service on the network. It is down for its first six calls. */
static bool service(struct agent *agent, const char *query, char *page, size_t room) {
    int call;
    pthread_mutex_lock(&agent->lock);
    call = ++agent->calls;
    pthread_mutex_unlock(&agent->lock);
    snprintf(page, room, "a page about %s", query);
    return call > 6;
}

/* A tool. While the breaker of its dependency is open no attempt is spent. */
static void search(struct agent *agent, const char *attempt, char *outcome, size_t room) {
    char query[512], page[600];
    member(attempt, "\"query\":\"", query, sizeof query);
    if (service(agent, query, page, sizeof page))
        snprintf(outcome, room, "{\"complete\":\"%s\"}", page);
    else
        snprintf(outcome, room, "{\"fail\":{\"class\":\"ServiceError\",\"message\":\"the service answers 503\",\"retry_after_ms\":50}}");
}

/* The agent. Its tools run as tasks of their own, so that each call is recorded, and tried again by itself. */
static void answer(struct agent *agent, const sealbook_worker *worker, uint64_t ticket, const char *attempt, char *outcome,
                   size_t room) {
    char question[256], ids[TOPICS][64], task[1024], page[600], pages[2000] = "", progress[32], *stop = NULL;
    member(attempt, "\"question\":\"", question, sizeof question);
    for (int n = 0; n < TOPICS; n++) {
        snprintf(task, sizeof task,
                 "{\"kind\":\"tool.search\",\"requester\":\"researcher\",\"arguments\":{\"query\":\"%s of %s\"},\"max_attempts\":10,"
                 "\"retry\":{\"initial\":20,\"max\":100},\"dependency\":\"search\",\"timeout_ms\":10000}",
                 topics[n], question);
        submit(agent, task, ids[n]);
    }
    for (int n = 0; n < TOPICS; n++) {
        if (!result_of(agent, ids[n], page, sizeof page)) {
            snprintf(outcome, room, "{\"fail\":{\"class\":\"SearchFailed\",\"message\":\"no page about the %s\"}}", topics[n]);
            return;
        }
        strncat(pages, page, sizeof pages - strlen(pages) - 1);
        strncat(pages, "\\n", sizeof pages - strlen(pages) - 1);
        snprintf(progress, sizeof progress, "{\"pages\":%d}", n + 1);
        if (sealbook_worker_beat(worker, ticket, progress, &stop, NULL) == SEALBOOK_OK && stop != NULL) {
            sealbook_string_free(stop);
            snprintf(outcome, room, "{\"cancelled\":true}");
            return;
        }
    }
    snprintf(outcome, room, "{\"complete\":\"%s\"}", pages);
}

/* Runs only after somebody other than the requester has approved exactly these arguments. */
static void publish(struct agent *agent, const char *attempt, char *outcome, size_t room) {
    char pages[2000], path[1024];
    FILE *file;
    member(attempt, "\"pages\":\"", pages, sizeof pages);
    snprintf(path, sizeof path, "%s/answer.json", agent->project);
    file = fopen(path, "w");
    if (file == NULL || fprintf(file, "\"%s\"\n", pages) < 0 || fclose(file) != 0)
        snprintf(outcome, room, "{\"fail\":{\"class\":\"IoError\",\"message\":\"the file cannot be written\"}}");
    else
        snprintf(outcome, room, "{\"complete\":\"%s\"}", "answer.json");
}

/* Runs one attempt. The texts that it passes on are copied, and `attempt` is the library's. */
static void handle(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    struct agent *agent = context;
    sealbook_error *error = NULL;
    char outcome[4096] = "", kind[64];
    member(attempt, "\"kind\":\"", kind, sizeof kind);
    if (strcmp(kind, "tool.search") == 0)
        search(agent, attempt, outcome, sizeof outcome);
    else if (strcmp(kind, "research.answer") == 0)
        answer(agent, worker, ticket, attempt, outcome, sizeof outcome);
    else
        publish(agent, attempt, outcome, sizeof outcome);
    expect_ok(sealbook_worker_complete(worker, ticket, outcome, &error), error, "complete an attempt");
}

static void *work(void *argument) {
    struct agent *agent = argument;
    sealbook_error *error = NULL;
    expect_ok(sealbook_worker_run(agent->worker, handle, agent, &error), error, "work");
    return NULL;
}

/* Whether the breaker has held tasks back. */
static bool were_parked(struct agent *agent) {
    sealbook_error *error = NULL;
    char *events = NULL;
    uint64_t cursor = 0;
    bool parked = false;
    for (;;) {
        expect_ok(sealbook_events(agent->tasks, cursor, 100, 0, &cursor, &events, &error), error, "read events");
        if (events == NULL)
            return parked;
        parked = parked || strstr(events, "\"event\":\"park\"") != NULL;
        sealbook_string_free(events);
    }
}

static void research(struct agent *agent, const char *program, const char *question) {
    sealbook_error *error = NULL;
    pthread_t threads[THREADS];
    char id[64], task[4096], pages[2000], file[64], *text = NULL;
    int status = 0;
    pid_t other;
    expect_ok(sealbook_worker_start(agent->tasks, "[\"tool.search\",\"research.answer\",\"research.publish\"]",
                                    "{\"concurrency\":8}", &agent->worker, &error),
              error, "start a worker");
    for (int n = 0; n < THREADS; n++)
        if (pthread_create(&threads[n], NULL, work, agent) != 0)
            exit(1);

    snprintf(task, sizeof task,
             "{\"kind\":\"research.answer\",\"requester\":\"researcher\",\"arguments\":{\"question\":\"%s\"}}", question);
    submit(agent, task, id);
    if (!result_of(agent, id, pages, sizeof pages)) {
        fprintf(stderr, "there is no answer\n");
        exit(1);
    }
    printf("%d calls of the service; the breaker held back tasks: %s\n", agent->calls, were_parked(agent) ? "yes" : "no");

    snprintf(task, sizeof task,
             "{\"kind\":\"research.publish\",\"requester\":\"researcher\",\"require_approvals\":1,\"arguments\":{\"pages\":\"%s\"}}",
             pages);
    submit(agent, task, id);
    printf("publishing awaits approval\n");
    fflush(stdout);
    other = fork();
    if (other == 0) {
        execl(program, program, agent->project, "--approve", "ana", (char *)NULL);
        _exit(127);
    }
    if (other < 0 || waitpid(other, &status, 0) != other || status != 0 || !result_of(agent, id, file, sizeof file)) {
        fprintf(stderr, "nothing was published\n");
        exit(1);
    }
    printf("published %s\n", file);

    sealbook_worker_stop(agent->worker, "the research is done");
    for (int n = 0; n < THREADS; n++)
        pthread_join(threads[n], NULL);
    expect_ok(sealbook_worker_join(agent->worker, &text, &error), error, "end the worker");
    printf("worker   %s\n", text);
    sealbook_string_free(text);
    sealbook_worker_free(agent->worker);
    expect_ok(sealbook_ledger_verify(agent->ledger, NULL, &text, &error), error, "verify the ledger");
    printf("report   %s\n", text);
    sealbook_string_free(text);
}

/* Approves the first plea there is. */
static void approve(struct agent *agent, const char *who) {
    sealbook_error *error = NULL;
    char *pleas = NULL, *plea = NULL, id[64], state[32];
    expect_ok(sealbook_pleas(agent->tasks, false, &pleas, &error), error, "read the pleas");
    member(pleas, "\"id\":\"", id, sizeof id);
    expect_ok(sealbook_plea_vote(agent->tasks, id, who, "approve", "read it", &plea, &error), error, "approve");
    printf("%s approves: the plea is %s\n", who, member(plea, "\"state\":\"", state, sizeof state));
    sealbook_string_free(plea);
    sealbook_string_free(pleas);
}

int main(int argc, char **argv) {
    struct agent agent = {NULL, NULL, NULL, NULL, PTHREAD_MUTEX_INITIALIZER, 0};
    sealbook_error *error = NULL;
    bool approves = argc == 4 && strcmp(argv[2], "--approve") == 0;
    if (!approves && (argc != 3 || strlen(argv[2]) > 100 || strpbrk(argv[2], "\"\\\n") != NULL)) {
        fprintf(stderr, "usage: %s PROJECT \"a question\" | %s PROJECT --approve WHO\n", argv[0], argv[0]);
        return 2;
    }
    agent.project = argv[1];
    expect_ok(sealbook_ledger_open(argv[1], "{\"create\": true}", &agent.ledger, &error), error, "open the ledger");
    expect_ok(sealbook_orchestrator_open(agent.ledger, &agent.tasks, &error), error, "open the tasks");
    if (approves)
        approve(&agent, argv[3]);
    else
        research(&agent, argv[0], argv[2]);
    sealbook_orchestrator_free(agent.tasks);
    sealbook_ledger_free(agent.ledger);
    return 0;
}
