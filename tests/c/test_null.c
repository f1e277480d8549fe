/* NULL wherever a pointer is taken. run.sh checks that every function of the header is called here. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define REFUSED(call) CHECK_CODE(SEALBOOK_NULL_POINTER, (call))

static sealbook_ledger *in_memory(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = NULL;
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_in_memory(NULL, &ledger, &error));
    return ledger;
}

static void not_called(void *context, const sealbook_worker *worker, uint64_t ticket, const char *attempt) {
    (void)context, (void)worker, (void)ticket, (void)attempt;
    CHECK(false);
}

static void a_null_handle_is_refused(void) {
    sealbook_error *error = NULL;
    sealbook_orchestrator *tasks = NULL;
    sealbook_worker *worker = NULL;
    sealbook_job *job = NULL;
    char *out = NULL;
    uint64_t done = 77, total = 77;
    REFUSED(sealbook_ledger_close(NULL, &error));
    REFUSED(sealbook_ledger_size(NULL, &done, &error));
    REFUSED(sealbook_ledger_origin(NULL, &out, &error));
    REFUSED(sealbook_ledger_path(NULL, &out, &error));
    REFUSED(sealbook_ledger_record(NULL, "custom.x", "{}", 2, NULL, &out, &error));
    REFUSED(sealbook_ledger_record_many(NULL, "[]", 2, &out, &error));
    REFUSED(sealbook_ledger_get(NULL, "0", &out, &error));
    REFUSED(sealbook_ledger_query(NULL, NULL, &out, &error));
    REFUSED(sealbook_ledger_verify(NULL, NULL, &out, &error));
    REFUSED(sealbook_ledger_verify_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_ledger_reindex(NULL, &error));
    REFUSED(sealbook_ledger_reindex_start(NULL, &job, &error));
    REFUSED(sealbook_ledger_export(NULL, "x", &done, &error));
    REFUSED(sealbook_ledger_export_start(NULL, "x", &job, &error));
    REFUSED(sealbook_ledger_import(NULL, "x", &out, &error));
    REFUSED(sealbook_ledger_import_start(NULL, "x", &job, &error));
    REFUSED(sealbook_ledger_scan(NULL, "x", NULL, &out, &error));
    REFUSED(sealbook_ledger_scan_start(NULL, "x", NULL, &job, &error));
    REFUSED(sealbook_job_wait(NULL, 0, &out, &error));
    REFUSED(sealbook_job_progress(NULL, &done, &total, &error));
    REFUSED(sealbook_orchestrator_open(NULL, &tasks, &error));
    REFUSED(sealbook_orchestrator_seen_by(NULL, "ann", &tasks, &error));
    REFUSED(sealbook_task_submit(NULL, "{}", &out, &error));
    REFUSED(sealbook_task_submit_many(NULL, "[]", &out, &error));
    REFUSED(sealbook_task_show(NULL, "x", &out, &error));
    REFUSED(sealbook_task_list(NULL, NULL, &out, &error));
    REFUSED(sealbook_task_act(NULL, "cancel", "x", "ann", NULL, &out, &error));
    REFUSED(sealbook_task_wait(NULL, "x", 0, &out, &error));
    REFUSED(sealbook_task_counts(NULL, &out, &error));
    REFUSED(sealbook_task_agents(NULL, &out, &error));
    REFUSED(sealbook_task_stats(NULL, 1, &out, &error));
    REFUSED(sealbook_task_stats_prometheus(NULL, 1, &out, &error));
    REFUSED(sealbook_task_act_many(NULL, "cancel", "[]", "ann", NULL, &out, &error));
    REFUSED(sealbook_task_limit(NULL, "{}", "ann", NULL, &out, &error));
    REFUSED(sealbook_task_limits(NULL, &out, &error));
    REFUSED(sealbook_breaker_act(NULL, "api", "open", "ann", NULL, &out, &error));
    REFUSED(sealbook_breakers(NULL, &out, &error));
    REFUSED(sealbook_schedule_put(NULL, "{}", &out, &error));
    REFUSED(sealbook_schedule_remove(NULL, "s", "ann", &error));
    REFUSED(sealbook_schedule_pause(NULL, "s", true, "ann", &out, &error));
    REFUSED(sealbook_schedule_list(NULL, &out, &error));
    REFUSED(sealbook_pleas(NULL, true, &out, &error));
    REFUSED(sealbook_plea_vote(NULL, "x", "ann", "approve", NULL, &out, &error));
    REFUSED(sealbook_plea_say(NULL, "x", "ann", "{}", NULL, &out, &error));
    REFUSED(sealbook_plea_ballot(NULL, "x", "ann", "{}", &out, &error));
    REFUSED(sealbook_plea_cast(NULL, "{}", "00", &out, &error));
    REFUSED(sealbook_agent_set_health(NULL, "x", "down", "ann", NULL, &out, &error));
    REFUSED(sealbook_record_and_submit(NULL, "[]", "[]", &out, &error));
    REFUSED(sealbook_events(NULL, 0, 1, 0, &done, &out, &error));
    REFUSED(sealbook_last_event(NULL, &done, &error));
    REFUSED(sealbook_worker_start(NULL, "[]", NULL, &worker, &error));
    REFUSED(sealbook_worker_fetch(NULL, 0, &done, &out, &error));
    REFUSED(sealbook_worker_complete(NULL, 0, "{}", &error));
    REFUSED(sealbook_worker_fail(NULL, 0, "x", "x", NULL, &error));
    REFUSED(sealbook_worker_beat(NULL, 0, NULL, &out, &error));
    REFUSED(sealbook_worker_stop_reason(NULL, 0, &out, &error));
    REFUSED(sealbook_worker_run(NULL, not_called, NULL, &error));
    REFUSED(sealbook_worker_join(NULL, &out, &error));
    CHECK(tasks == NULL && worker == NULL);
    CHECK(out == NULL && job == NULL && done == 77 && total == 77);
}

static void a_null_argument_is_refused(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = in_memory(), *other = NULL;
    sealbook_job *job = NULL;
    char *out = NULL;
    uint64_t number = 77;
    REFUSED(sealbook_ledger_open(NULL, NULL, &other, &error));
    REFUSED(sealbook_ledger_init(NULL, NULL, &other, &error));
    REFUSED(sealbook_ledger_record(ledger, NULL, "{}", 2, NULL, &out, &error));
    REFUSED(sealbook_ledger_record(ledger, "custom.x", NULL, 0, NULL, &out, &error));
    REFUSED(sealbook_ledger_record_many(ledger, NULL, 0, &out, &error));
    REFUSED(sealbook_ledger_get(ledger, NULL, &out, &error));
    REFUSED(sealbook_verify_export(NULL, NULL, &out, &error));
    REFUSED(sealbook_verify_export_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_ledger_export(ledger, NULL, &number, &error));
    REFUSED(sealbook_ledger_export_start(ledger, NULL, &job, &error));
    REFUSED(sealbook_ledger_import(ledger, NULL, &out, &error));
    REFUSED(sealbook_ledger_import_start(ledger, NULL, &job, &error));
    REFUSED(sealbook_scan(NULL, NULL, &out, &error));
    REFUSED(sealbook_scan_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_ledger_scan(ledger, NULL, NULL, &out, &error));
    REFUSED(sealbook_ledger_scan_start(ledger, NULL, NULL, &job, &error));
    REFUSED(sealbook_why(NULL, "HEAD", NULL, &out, &error));
    REFUSED(sealbook_why(repository, NULL, NULL, &out, &error));
    REFUSED(sealbook_why_start(NULL, "HEAD", NULL, &job, &error));
    REFUSED(sealbook_why_start(repository, NULL, NULL, &job, &error));
    REFUSED(sealbook_stats(NULL, NULL, &out, &error));
    REFUSED(sealbook_stats_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_report(NULL, NULL, &out, &error));
    REFUSED(sealbook_report_start(NULL, NULL, &job, &error));
    REFUSED(sealbook_rules(NULL, &out, &error));
    REFUSED(sealbook_test_rules(NULL, "x", &out, &error));
    REFUSED(sealbook_test_rules(repository, NULL, &out, &error));
    REFUSED(sealbook_canonicalize(NULL, 0, &out, &error));
    CHECK(other == NULL && job == NULL && out == NULL && number == 77 && size_of(ledger) == 1);
    sealbook_ledger_free(ledger);
}

static void a_null_place_for_the_result_is_refused_before_anything_is_done(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = in_memory();
    sealbook_job *job = NULL;
    char *file = scratch("not-written.jsonl"), *folder = scratch("not-made"), *out = NULL;
    const char one[] = "[{\"kind\":\"custom.x\",\"payload\":{}}]";
    uint64_t number = 0;
    REFUSED(sealbook_error_table(NULL, &error));
    REFUSED(sealbook_canonicalize("{}", 2, NULL, &error));
    REFUSED(sealbook_ledger_open(folder, "{\"create\":true}", NULL, &error));
    REFUSED(sealbook_ledger_init(folder, NULL, NULL, &error));
    REFUSED(sealbook_ledger_in_memory(NULL, NULL, &error));
    REFUSED(sealbook_ledger_size(ledger, NULL, &error));
    REFUSED(sealbook_ledger_origin(ledger, NULL, &error));
    REFUSED(sealbook_ledger_path(ledger, NULL, &error));
    REFUSED(sealbook_ledger_record(ledger, "custom.x", "{}", 2, NULL, NULL, &error));
    REFUSED(sealbook_ledger_record_many(ledger, one, strlen(one), NULL, &error));
    REFUSED(sealbook_ledger_get(ledger, "0", NULL, &error));
    REFUSED(sealbook_ledger_query(ledger, NULL, NULL, &error));
    REFUSED(sealbook_ledger_verify(ledger, NULL, NULL, &error));
    REFUSED(sealbook_ledger_verify_start(ledger, NULL, NULL, &error));
    REFUSED(sealbook_verify_export(file, NULL, NULL, &error));
    REFUSED(sealbook_verify_export_start(file, NULL, NULL, &error));
    REFUSED(sealbook_ledger_reindex_start(ledger, NULL, &error));
    REFUSED(sealbook_ledger_export(ledger, file, NULL, &error));
    REFUSED(sealbook_ledger_export_start(ledger, file, NULL, &error));
    REFUSED(sealbook_ledger_import(ledger, file, NULL, &error));
    REFUSED(sealbook_ledger_import_start(ledger, file, NULL, &error));
    REFUSED(sealbook_scan(repository, NULL, NULL, &error));
    REFUSED(sealbook_scan_start(repository, NULL, NULL, &error));
    REFUSED(sealbook_ledger_scan(ledger, repository, NULL, NULL, &error));
    REFUSED(sealbook_ledger_scan_start(ledger, repository, NULL, NULL, &error));
    REFUSED(sealbook_why(repository, "HEAD", NULL, NULL, &error));
    REFUSED(sealbook_why_start(repository, "HEAD", NULL, NULL, &error));
    REFUSED(sealbook_stats(repository, NULL, NULL, &error));
    REFUSED(sealbook_stats_start(repository, NULL, NULL, &error));
    REFUSED(sealbook_report(repository, NULL, NULL, &error));
    REFUSED(sealbook_report_start(repository, NULL, NULL, &error));
    REFUSED(sealbook_rules(repository, NULL, &error));
    REFUSED(sealbook_test_rules(repository, "x", NULL, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_ledger_verify_start(ledger, NULL, &job, &error));
    REFUSED(sealbook_job_wait(job, 0, NULL, &error));
    REFUSED(sealbook_job_progress(job, NULL, &number, &error));
    REFUSED(sealbook_job_progress(job, &number, NULL, &error));
    sealbook_job_free(job);

    CHECK(size_of(ledger) == 1);
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_verify_export(file, NULL, &out, &error));
    CHECK_CODE(SEALBOOK_NOT_FOUND, sealbook_ledger_open(folder, NULL, &ledger, &error));
    sealbook_ledger_free(ledger);
    free(folder);
    free(file);
}

static void a_null_argument_about_tasks_is_refused(void) {
    sealbook_error *error = NULL;
    sealbook_ledger *ledger = in_memory();
    sealbook_orchestrator *tasks = NULL;
    sealbook_worker *worker = NULL;
    char *out = NULL, *attempt = NULL, *id, task[] = "{\"kind\":\"a\",\"requester\":\"ann\"}";
    uint64_t number = 77, ticket = 0;
    REFUSED(sealbook_orchestrator_open(ledger, NULL, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_orchestrator_open(ledger, &tasks, &error));
    REFUSED(sealbook_orchestrator_seen_by(tasks, NULL, &tasks, &error));
    REFUSED(sealbook_orchestrator_seen_by(tasks, "ann", NULL, &error));
    REFUSED(sealbook_task_submit(tasks, NULL, &out, &error));
    REFUSED(sealbook_task_submit(tasks, task, NULL, &error));
    REFUSED(sealbook_task_submit_many(tasks, NULL, &out, &error));
    REFUSED(sealbook_task_submit_many(tasks, "[]", NULL, &error));
    REFUSED(sealbook_task_show(tasks, NULL, &out, &error));
    REFUSED(sealbook_task_list(tasks, NULL, NULL, &error));
    REFUSED(sealbook_task_counts(tasks, NULL, &error));
    REFUSED(sealbook_task_agents(tasks, NULL, &error));
    REFUSED(sealbook_task_stats(tasks, 1, NULL, &error));
    REFUSED(sealbook_task_stats_prometheus(tasks, 1, NULL, &error));
    REFUSED(sealbook_task_act_many(tasks, NULL, "[]", "ann", NULL, &out, &error));
    REFUSED(sealbook_task_act_many(tasks, "cancel", NULL, "ann", NULL, &out, &error));
    REFUSED(sealbook_task_act_many(tasks, "cancel", "[]", NULL, NULL, &out, &error));
    REFUSED(sealbook_task_act_many(tasks, "cancel", "[]", "ann", NULL, NULL, &error));
    REFUSED(sealbook_task_limit(tasks, NULL, "ann", NULL, &out, &error));
    REFUSED(sealbook_task_limit(tasks, "{}", NULL, NULL, &out, &error));
    REFUSED(sealbook_task_limit(tasks, "{}", "ann", NULL, NULL, &error));
    REFUSED(sealbook_task_limits(tasks, NULL, &error));
    REFUSED(sealbook_breaker_act(tasks, NULL, "open", "ann", NULL, &out, &error));
    REFUSED(sealbook_breaker_act(tasks, "api", NULL, "ann", NULL, &out, &error));
    REFUSED(sealbook_breaker_act(tasks, "api", "open", NULL, NULL, &out, &error));
    REFUSED(sealbook_breaker_act(tasks, "api", "open", "ann", NULL, NULL, &error));
    REFUSED(sealbook_breakers(tasks, NULL, &error));
    REFUSED(sealbook_schedule_put(tasks, NULL, &out, &error));
    REFUSED(sealbook_schedule_put(tasks, "{}", NULL, &error));
    REFUSED(sealbook_schedule_remove(tasks, NULL, "ann", &error));
    REFUSED(sealbook_schedule_remove(tasks, "s", NULL, &error));
    REFUSED(sealbook_schedule_pause(tasks, NULL, true, "ann", &out, &error));
    REFUSED(sealbook_schedule_pause(tasks, "s", true, NULL, &out, &error));
    REFUSED(sealbook_schedule_pause(tasks, "s", true, "ann", NULL, &error));
    REFUSED(sealbook_schedule_list(tasks, NULL, &error));
    REFUSED(sealbook_pleas(tasks, true, NULL, &error));
    REFUSED(sealbook_last_event(tasks, NULL, &error));
    REFUSED(sealbook_events(tasks, 0, 1, 0, NULL, &out, &error));
    REFUSED(sealbook_events(tasks, 0, 1, 0, &number, NULL, &error));
    REFUSED(sealbook_worker_start(tasks, NULL, NULL, &worker, &error));
    REFUSED(sealbook_worker_start(tasks, "[\"a\"]", NULL, NULL, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_task_counts(tasks, &out, &error));
    CHECK(has(out, "{}") && worker == NULL); /* nothing was done */
    sealbook_string_free(out);
    out = NULL;

    id = submit_task(tasks, task);
    REFUSED(sealbook_task_show(tasks, id, NULL, &error));
    REFUSED(sealbook_task_wait(tasks, id, 0, NULL, &error));
    REFUSED(sealbook_task_wait(tasks, NULL, 0, &out, &error));
    REFUSED(sealbook_task_act(tasks, NULL, id, "ann", NULL, &out, &error));
    REFUSED(sealbook_task_act(tasks, "cancel", NULL, "ann", NULL, &out, &error));
    REFUSED(sealbook_task_act(tasks, "cancel", id, NULL, NULL, &out, &error));
    REFUSED(sealbook_task_act(tasks, "cancel", id, "ann", NULL, NULL, &error));
    REFUSED(sealbook_plea_vote(tasks, NULL, "bob", "approve", NULL, &out, &error));
    REFUSED(sealbook_plea_vote(tasks, id, NULL, "approve", NULL, &out, &error));
    REFUSED(sealbook_plea_vote(tasks, id, "bob", NULL, NULL, &out, &error));
    REFUSED(sealbook_plea_vote(tasks, id, "bob", "approve", NULL, NULL, &error));
    REFUSED(sealbook_plea_say(tasks, NULL, "bob", "{}", NULL, &out, &error));
    REFUSED(sealbook_plea_say(tasks, id, NULL, "{}", NULL, &out, &error));
    REFUSED(sealbook_plea_say(tasks, id, "bob", NULL, NULL, &out, &error));
    REFUSED(sealbook_plea_say(tasks, id, "bob", "{}", NULL, NULL, &error));
    REFUSED(sealbook_plea_ballot(tasks, NULL, "bob", "{}", &out, &error));
    REFUSED(sealbook_plea_ballot(tasks, id, NULL, "{}", &out, &error));
    REFUSED(sealbook_plea_ballot(tasks, id, "bob", NULL, &out, &error));
    REFUSED(sealbook_plea_ballot(tasks, id, "bob", "{}", NULL, &error));
    REFUSED(sealbook_plea_cast(tasks, NULL, "00", &out, &error));
    REFUSED(sealbook_plea_cast(tasks, "{}", NULL, &out, &error));
    REFUSED(sealbook_plea_cast(tasks, "{}", "00", NULL, &error));
    REFUSED(sealbook_agent_set_health(tasks, NULL, "down", "ann", NULL, &out, &error));
    REFUSED(sealbook_agent_set_health(tasks, "x", NULL, "ann", NULL, &out, &error));
    REFUSED(sealbook_agent_set_health(tasks, "x", "down", NULL, NULL, &out, &error));
    REFUSED(sealbook_agent_set_health(tasks, "x", "down", "ann", NULL, NULL, &error));
    REFUSED(sealbook_record_and_submit(tasks, NULL, "[]", &out, &error));
    REFUSED(sealbook_record_and_submit(tasks, "[]", NULL, &out, &error));
    REFUSED(sealbook_record_and_submit(tasks, "[]", "[]", NULL, &error));
    worker = started_worker(tasks, "[\"a\"]", "{\"until_idle\":true}");
    REFUSED(sealbook_worker_run(worker, NULL, NULL, &error));
    REFUSED(sealbook_worker_fetch(worker, 60000, NULL, &attempt, &error));
    REFUSED(sealbook_worker_fetch(worker, 60000, &ticket, NULL, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_fetch(worker, 60000, &ticket, &attempt, &error));
    CHECK(has(attempt, id)); /* no attempt was lost */
    REFUSED(sealbook_worker_complete(worker, ticket, NULL, &error));
    REFUSED(sealbook_worker_fail(worker, ticket, NULL, "x", NULL, &error));
    REFUSED(sealbook_worker_fail(worker, ticket, "x", NULL, NULL, &error));
    REFUSED(sealbook_worker_beat(worker, ticket, NULL, NULL, &error));
    REFUSED(sealbook_worker_stop_reason(worker, ticket, NULL, &error));
    REFUSED(sealbook_worker_join(worker, NULL, &error));
    CHECK_CODE(SEALBOOK_OK, sealbook_worker_complete(worker, ticket, "{\"complete\":1}", &error));
    worker_ends(worker, "\"completed\":1");
    CHECK(out == NULL && number == 77);
    sealbook_string_free(attempt);
    sealbook_orchestrator_free(tasks);
    sealbook_ledger_free(ledger);
    free(id);
}

static void what_reads_and_releases_takes_null(void) {
    CHECK(sealbook_version() != NULL);
    CHECK(sealbook_error_number(NULL) == SEALBOOK_OK);
    CHECK(sealbook_error_code(NULL) == NULL);
    CHECK(sealbook_error_message(NULL) == NULL);
    CHECK(sealbook_error_json(NULL) == NULL);
    CHECK(!sealbook_error_is_retryable(NULL));
    sealbook_error_free(NULL);
    sealbook_string_free(NULL);
    sealbook_ledger_free(NULL);
    sealbook_ledger_pause(NULL);
    sealbook_ledger_resume(NULL, false);
    sealbook_ledger_resume(NULL, true);
    sealbook_job_cancel(NULL);
    sealbook_job_free(NULL);
    CHECK(sealbook_worker_is_ended(NULL));
    sealbook_worker_stop(NULL, NULL);
    sealbook_worker_free(NULL);
    sealbook_orchestrator_free(NULL);
}

const struct test null_tests[] = {
    {"a_null_handle_is_refused", a_null_handle_is_refused},
    {"a_null_argument_is_refused", a_null_argument_is_refused},
    {"a_null_place_for_the_result_is_refused_before_anything_is_done",
     a_null_place_for_the_result_is_refused_before_anything_is_done},
    {"a_null_argument_about_tasks_is_refused", a_null_argument_about_tasks_is_refused},
    {"what_reads_and_releases_takes_null", what_reads_and_releases_takes_null},
    {NULL, NULL},
};
