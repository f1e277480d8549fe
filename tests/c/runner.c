/* Runs all tests of the C library:  runner SCRATCH PROJECT REPOSITORY; or what a test wants of a second process. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *repository, *program;
static const char *scratch_folder, *project_folder;
static unsigned failures;

bool check(bool holds, const char *what, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "  %s:%d: not so: %s\n", file, line, what);
        failures++;
    }
    return holds;
}

bool check_code(uint32_t expected, uint32_t got, sealbook_error **error, const char *what, const char *file, int line) {
    const char *message = sealbook_error_message(*error);
    bool same = expected == got;
    if (!same)
        fprintf(stderr, "  %s:%d: %s returned %u instead of %u: %s\n", file, line, what, (unsigned)got, (unsigned)expected,
                message ? message : "no message");
    else if (sealbook_error_number(*error) != got || (got == SEALBOOK_OK) != (*error == NULL)) {
        fprintf(stderr, "  %s:%d: %s: the error object does not fit the code %u\n", file, line, what, (unsigned)got);
        same = false;
    }
    sealbook_error_free(*error);
    *error = NULL;
    failures += !same;
    return same;
}

bool has(const char *text, const char *part) {
    return text != NULL && strstr(text, part) != NULL;
}

void payload(char *buffer, unsigned n) {
    snprintf(buffer, PAYLOAD_SIZE, "{\"n\":%u}", n);
}

bool record_number(sealbook_ledger *ledger, unsigned n) {
    sealbook_error *error = NULL;
    char text[PAYLOAD_SIZE], *entry = NULL;
    bool ok;
    payload(text, n);
    ok = CHECK_CODE(SEALBOOK_OK, sealbook_ledger_record(ledger, "custom.test", text, strlen(text), NULL, &entry, &error));
    sealbook_string_free(entry);
    return ok;
}

uint64_t size_of(const sealbook_ledger *ledger) {
    sealbook_error *error = NULL;
    uint64_t size = 0;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_size(ledger, &size, &error));
    return size;
}

bool is_intact(const sealbook_ledger *ledger) {
    sealbook_error *error = NULL;
    char *report = NULL;
    bool intact;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_verify(ledger, NULL, &report, &error));
    intact = has(report, "\"verdict\":\"intact\"");
    sealbook_string_free(report);
    return intact;
}

static char *join(const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path == NULL)
        abort();
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

char *scratch(const char *name) {
    return join(scratch_folder, name);
}

char *project_file(const char *name) {
    return join(project_folder, name);
}

int main(int argc, char **argv) {
    const struct test *groups[] = {ledger_tests, job_tests, null_tests, thread_tests,
                                   fork_tests, vector_tests, attribution_tests, task_tests, worker_tests, task_vector_tests};
    unsigned passed = 0, failed = 0;
    program = argv[0];
    if (argc == 4 && strcmp(argv[1], "approve") == 0)
        return approve_a_plea(argv[2], argv[3]);
    if (argc == 3 && strcmp(argv[1], "exit") == 0)
        return exit_while_functions_run(argv[2]);
    if (argc != 4) {
        fprintf(stderr, "usage: %s SCRATCH PROJECT REPOSITORY\n", argv[0]);
        return 2;
    }
    scratch_folder = argv[1];
    project_folder = argv[2];
    repository = argv[3];
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
        for (const struct test *test = groups[group]; test->name != NULL; test++) {
            unsigned before = failures;
            test->run();
            if (failures == before) {
                passed++;
            } else {
                fprintf(stderr, "failed: %s\n", test->name);
                failed++;
            }
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
