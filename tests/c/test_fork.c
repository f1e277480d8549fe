/* A ledger that was open when the process forked. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 4

static sealbook_ledger *opened(const char *folder) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_open(folder, "{\"create\":true}", &ledger, &error));
    return ledger;
}

/* Whether the child ended with 0. */
static bool ended_well(pid_t child) {
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* What a child does: no stdio, and out without the parent's exit handlers. */
static void record_and_exit(sealbook_ledger *ledger) {
    char *entry = NULL;
    bool ok = sealbook_ledger_record(ledger, "custom.test", "{}", 2, NULL, &entry, NULL) == SEALBOOK_OK;
    ok = ok && is_intact(ledger);
    sealbook_string_free(entry);
    sealbook_ledger_free(ledger);
    _exit(ok ? 0 : 1);
}

static void children_and_parent_go_on_with_an_open_ledger(void) {
    char *folder = scratch("forked");
    sealbook_ledger *ledger = opened(folder);
    pid_t children[CHILDREN];
    record_number(ledger, 0);
    for (size_t n = 0; n < CHILDREN; n++) {
        children[n] = fork();
        CHECK(children[n] >= 0);
        if (children[n] == 0)
            record_and_exit(ledger);
        record_number(ledger, 1);
    }
    for (size_t n = 0; n < CHILDREN; n++)
        CHECK(ended_well(children[n]));
    CHECK(size_of(ledger) == 2 + 2 * CHILDREN);
    CHECK(is_intact(ledger));
    sealbook_ledger_free(ledger);
    free(folder);
}

static void a_child_that_only_releases_does_no_harm(void) {
    char *folder = scratch("released");
    sealbook_ledger *ledger = opened(folder), *again;
    pid_t child;
    record_number(ledger, 1);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        sealbook_ledger_free(ledger);
        _exit(0);
    }
    CHECK(ended_well(child));
    record_number(ledger, 2);
    again = opened(folder);
    record_number(again, 3);
    record_number(ledger, 4);
    CHECK(size_of(ledger) == 5 && size_of(again) == 5);
    CHECK(is_intact(ledger) && is_intact(again));
    sealbook_ledger_free(again);
    sealbook_ledger_free(ledger);
    free(folder);
}

static void *write_until_closed(void *argument) {
    uint32_t code = SEALBOOK_OK;
    while (code == SEALBOOK_OK) {
        char *entry = NULL;
        code = sealbook_ledger_record(argument, "custom.test", "{}", 2, NULL, &entry, NULL);
        sealbook_string_free(entry);
    }
    return NULL;
}

static void a_paused_ledger_may_be_forked_while_other_threads_write(void) {
    sealbook_error *error = NULL;
    char *folder = scratch("paused");
    sealbook_ledger *ledger = opened(folder);
    pthread_t writer;
    pid_t child;
    CHECK(pthread_create(&writer, NULL, write_until_closed, ledger) == 0);
    for (int n = 0; n < CHILDREN; n++) {
        sealbook_ledger_pause(ledger);
        child = fork();
        sealbook_ledger_resume(ledger, child == 0);
        CHECK(child >= 0);
        if (child == 0)
            record_and_exit(ledger);
        CHECK(ended_well(child));
    }
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_close(ledger, &error));
    CHECK(pthread_join(writer, NULL) == 0);
    sealbook_ledger_free(ledger);
    ledger = opened(folder);
    CHECK(size_of(ledger) >= 1 + CHILDREN && is_intact(ledger));
    sealbook_ledger_free(ledger);
    free(folder);
}

const struct test fork_tests[] = {
    {"children_and_parent_go_on_with_an_open_ledger", children_and_parent_go_on_with_an_open_ledger},
    {"a_child_that_only_releases_does_no_harm", a_child_that_only_releases_does_no_harm},
    {"a_paused_ledger_may_be_forked_while_other_threads_write", a_paused_ledger_may_be_forked_while_other_threads_write},
    {NULL, NULL},
};
