/* What the tests of the C library share: checks that count, and the tests of each file. */
#ifndef CHECK_H
#define CHECK_H

#include <sealbook.h>
#include <stdbool.h>
#include <stddef.h>

/* Fails the test that is running, and goes on with it. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

/* Checks the code that a call returned; on another one, says what the error says. Releases the error. */
#define CHECK_CODE(expected, call) check_code((expected), (call), &error, #call, __FILE__, __LINE__)

bool check(bool holds, const char *what, const char *file, int line);
bool check_code(uint32_t expected, uint32_t got, sealbook_error **error, const char *what, const char *file, int line);

/* Whether `text` has `part` in it. */
bool has(const char *text, const char *part);

/* What a payload is recorded as, `{"n":<n>}`, in a buffer of the caller's. */
#define PAYLOAD_SIZE 32
void payload(char *buffer, unsigned n);

/* Records `{"n":<n>}` as custom.test and checks that it worked. */
bool record_number(sealbook_ledger *ledger, unsigned n);

/* How many entries there are, or 0 after a failed check. */
uint64_t size_of(const sealbook_ledger *ledger);

/* Whether the ledger verifies. */
bool is_intact(const sealbook_ledger *ledger);

/* A path in the folder that this run may write to; `name` is used once. To be freed. */
char *scratch(const char *name);

/* A file of the project, such as "tests/vectors/errors.json". To be freed. */
char *project_file(const char *name);

/* A git repository with one commit by an AI and one by a person. */
extern const char *repository;

/* This program, to be run as a second process. */
extern const char *program;

/* Of tasks: the tests' own orchestrator, the first "id" of a JSON text (to be freed), the id of a submitted task (to be freed), a worker
 * that has started, the text of a task that has ended (to be released), and the end of a worker, whose summary has `part` in it. */
sealbook_orchestrator *orchestrator_in_memory(void);
sealbook_orchestrator *orchestrator_in(const char *folder);
char *first_id(const char *json);
char *submit_task(sealbook_orchestrator *tasks, const char *task);
sealbook_worker *started_worker(sealbook_orchestrator *tasks, const char *kinds, const char *options);
char *ended_task(sealbook_orchestrator *tasks, const char *id);
void worker_ends(sealbook_worker *worker, const char *part);
void pause_briefly(void);

/* What the second process does; each returns the process's exit code. */
int approve_a_plea(const char *folder, const char *voter);
int exit_while_functions_run(const char *folder);

struct test {
    const char *name;
    void (*run)(void);
};

/* Each ends with a row of NULLs. */
extern const struct test ledger_tests[], job_tests[], null_tests[], thread_tests[], fork_tests[], vector_tests[], attribution_tests[], task_tests[],
    worker_tests[], task_vector_tests[];

#endif
