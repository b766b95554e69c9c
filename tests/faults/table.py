"""The failures that MedPortal outlives, what must happen, and the tests that show it.

Numbers are those of the project's list of failures; letters are parts that are switched off while
somebody reads the page.
"""

from __future__ import annotations

from dataclasses import dataclass

WORKER = "tests/inference/test_worker.py::"
RUNNER = "tests/inference/test_runner.py::"
FAULTS = "tests/faults/test_workers.py::"
WEB = "tests/faults/test_web.py::"
PAGES = "tests/faults/test_degraded.py::"
LIVES = "tests/supervisor/test_lives.py::"
LIVE_WORKER = "tests/contracts/test_worker.py::"
DAMAGE = "tests/registry/test_damage.py::"
UNREADABLE = "tests/portal/test_unreadable.py::"
OLDER = "tests/operations/test_older_server.py::"
LEASES = "tests/faults/test_leases.py::"
KEY = "tests/operations/test_identifier_key.py::"
PUBLISH = "tests/contracts/test_publish.py::"


@dataclass(frozen=True)
class Fault:
    number: str
    failure: str
    must: str
    tests: tuple[str, ...]


def _row(number: str, failure: str, must: str, *tests: str) -> Fault:
    return Fault(number, failure, must, tests)


KILLED_CHILD = WORKER + "test_a_worker_killed_in_mid_run_costs_an_attempt_and_nothing_else"
TWICE = WORKER + "test_a_message_twice_and_late_changes_nothing"

FAULTS_TABLE = (
    _row(
        "1", "A worker's child is killed in mid-run", "one more attempt, one result", KILLED_CHILD,
    ),
    _row(
        "2", "The same, where the broker takes a death for an end", "the lease runs out, the sweep "
        "rings, one result", KILLED_CHILD,
    ),
    _row(
        "3", "A run kills whoever works on it", "exactly three starts, then failed with a code; "
        "later runs go on",
        WORKER + "test_a_run_that_kills_every_worker_is_given_up_and_the_next_one_runs",
        RUNNER + "test_after_the_last_attempt_the_sweep_gives_up",
    ),
    _row(
        "4", "A whole worker is killed in mid-run", "the next worker finishes it, once",
        WORKER + "test_a_whole_worker_killed_in_mid_run_is_replaced_and_the_run_ends_once",
        LIVE_WORKER + "test_pool_children_end_with_a_killed_worker",
    ),
    _row(
        "5", "Nobody rings for a row", "done within lease, sweep and half a minute, not when the "
        "broker hands the message out again",
        FAULTS + "test_of_two_beats_one_rings_and_the_other_takes_over",
    ),
    _row(
        "6", "A run takes longer than the broker waits: a second copy at the same time",
        "the copy leaves the row alone and says so; one result, one event",
        FAULTS + "test_a_redelivered_copy_of_a_run_that_takes_long_is_left_alone", TWICE,
        RUNNER + "test_a_lapsed_lease_is_taken_over_and_the_late_worker_cannot_settle",
    ),
    _row(
        "7", "A long run in front of a short one", "a worker keeps no message that it does not "
        "work on; the other worker takes it at once",
        FAULTS + "test_a_click_waits_for_no_run_of_another_worker",
    ),
    _row(
        "8", "The broker forgets everything", "every request is done",
        WORKER + "test_a_broker_that_forgot_everything_loses_nothing",
        LIVES + "test_after_a_kill_the_next_start_finds_the_data",
    ),
    _row(
        "9", "A broker that drops messages to make room", "web, worker and beat refuse to start; "
        "/readyz says so",
        LIVE_WORKER + "test_no_process_starts_on_a_broker_that_drops_messages",
        LIVES + "test_a_broker_that_may_drop_messages_is_refused",
    ),
    _row(
        "10", "A worker lives and takes nothing", "its heartbeat row grows old, the pages say so, "
        "the supervisor starts it again; see the manual run below",
        "tests/faults/test_supervisor.py::"
        "test_a_silent_worker_is_started_again_and_one_that_is_heard_goes_on",
        PAGES + "test_while_no_worker_shows_life_every_page_says_since_when",
    ),
    _row(
        "11", "The broker is lost in mid-run",
        "the run ends once; the worker finds the broker again",
        FAULTS + "test_a_broker_lost_in_mid_run_changes_nothing_for_the_run",
    ),
    _row(
        "12", "The broker is away at the click, or hangs", "202 soon, done when it is back",
        PAGES + "test_a_broker_that_hangs_costs_a_click_a_second",
        PAGES + "test_without_the_broker_a_click_is_stored_at_once_and_the_page_says_queued",
        WORKER + "test_a_broker_that_is_away_at_the_click_costs_time_alone",
        PUBLISH + "test_a_broker_that_is_away_is_counted_and_raises_nothing",
    ),
    _row(
        "13", "A message before the commit", "nothing is rung for what was rolled back; one helper "
        "sends",
        PUBLISH + "test_nothing_is_rung_for_what_was_rolled_back",
        "tests/contracts/test_tree.py::test_one_helper_publishes",
    ),
    _row(
        "14", "A deploy under load (SIGTERM)", "what runs is finished, what waits goes back; none "
        "lost, none twice",
        FAULTS + "test_a_deploy_under_load_loses_and_doubles_nothing",
    ),
    _row(
        "15", "A run hangs in native code", "killed at its queue's limit, done by the next attempt",
        FAULTS + "test_a_run_stuck_in_native_code_is_ended_and_done_by_another",
        FAULTS + "test_a_message_carries_the_time_limit_of_its_queue",
    ),
    _row(
        "16", "TensorFlow before a fork", "no process that answers a doctor loads it; two children "
        "predict at once, again and again",
        "tests/contracts/test_processes.py::test_a_fresh_process_holds_no_tensor_library",
        WORKER + "test_the_worker_never_loads_tensorflow",
        FAULTS + "test_two_children_predict_at_once_again_and_again",
    ),
    _row(
        "17", "A child's memory grows", "it is replaced after its task; no run is lost",
        FAULTS + "test_a_child_that_grew_too_large_is_replaced_and_no_run_is_lost",
    ),
    _row(
        "18", "Garbage in the queue: pickles, unknown tasks, what is no message at all",
        "dropped, counted and logged; the worker lives and nothing is run",
        LIVE_WORKER + "test_a_bad_message_is_dropped_and_the_worker_lives",
        LIVE_WORKER + "test_what_is_no_message_is_dropped_and_the_worker_lives",
    ),
    _row(
        "19", "Two beats, or one that dies",
        "one rings; the other takes over; a period is run once",
        FAULTS + "test_of_two_beats_one_rings_and_the_other_takes_over",
        FAULTS + "test_a_period_is_run_once_however_many_ring_for_it",
        PUBLISH + "test_one_beat_rings_and_the_other_waits",
    ),
    _row(
        "20", "Results and patients in the broker", "ids alone; no results",
        WORKER + "test_the_broker_carries_ids_alone",
        FAULTS + "test_nothing_of_a_patient_stays_in_the_broker_after_a_run",
    ),
    _row(
        "21", "The broker's file breaks off", "it starts with what is whole",
        LIVES + "test_a_broker_whose_file_breaks_off_starts_with_what_is_whole",
    ),
    _row(
        "22", "Rights are taken away, or the service stopped, between request and run",
        "refused, with the reason",
        RUNNER + "test_rights_taken_away_between_request_and_run",
        RUNNER + "test_a_person_who_was_deactivated_meanwhile",
        RUNNER + "test_a_service_stopped_between_request_and_run",
    ),
    _row(
        "23", "PostgreSQL crashes in mid-run",
        "one more attempt, one result; the web finds it again",
        FAULTS + "test_a_database_that_crashes_in_mid_run_costs_an_attempt",
        WEB + "test_a_database_that_crashed_is_found_again_without_a_restart",
    ),
    _row(
        "24", "The supervisor is killed", "nothing outlives it; the next start finds the data",
        LIVES + "test_nothing_outlives_the_supervisor",
        LIVES + "test_after_a_kill_the_next_start_finds_the_data",
    ),
    _row(
        "25", "Every connection of the web's pool is busy, or somebody holds a row too long",
        "503 with Retry-After after seconds",
        WEB + "test_a_full_pool_is_said_soon_and_who_waits_for_a_row_too_long_goes",
    ),
    _row(
        "26", "More processes than PostgreSQL has connections for", "the web refuses to start and "
        "says which number to change",
        WEB + "test_no_web_starts_that_could_use_up_the_connections",
    ),
    _row(
        "27", "A copy of a model beside a process is damaged", "dropped and fetched again from "
        "the object store, whatever the damage",
        DAMAGE + "test_whatever_happened_to_a_copy_it_is_fetched_anew",
        DAMAGE + "test_where_no_copy_can_be_kept_the_model_answers_all_the_same",
    ),
    _row(
        "28", "A model is damaged in the object store", "runs end as `artifact_unreadable` at "
        "once; pages that ask it say that it cannot be read; once mended it answers again",
        DAMAGE + "test_whatever_happened_in_the_store_it_is_refused_by_code_or_whole",
        RUNNER + "test_an_artifact_that_cannot_be_read_fails_with_a_code",
        UNREADABLE + "test_who_asks_the_model_is_told_that_it_cannot_be_read",
        UNREADABLE + "test_once_it_is_mended_the_next_click_works",
    ),
    _row(
        "29", "The hospital's PostgreSQL is older than the programs that come along", "backups "
        "are made, tried and restored with the programs of exactly its version; without them "
        "none is made or called whole, and a line says what to install",
        OLDER + "test_a_tried_backup_of_an_older_server_is_restored_into_one",
        OLDER + "test_a_backup_made_with_newer_programs_is_not_called_whole",
        OLDER + "test_without_its_own_programs_none_is_made_and_it_says_what_to_install",
        OLDER + "test_without_that_server_a_backup_is_not_called_whole",
        OLDER + "test_a_backup_of_a_newer_server_is_refused_by_an_older_one",
        OLDER + "test_a_server_that_is_too_old_is_refused_at_the_start",
    ),
    _row(
        "30", "A worker is killed in the middle of its runs, with the limits of a hospital",
        "others take them up within ten seconds: leases are short and renewed, beat sweeps by "
        "itself",
        LEASES + "test_what_a_killed_worker_had_begun_is_taken_up_within_ten_seconds",
        LEASES + "test_who_works_longer_than_a_lease_keeps_the_row",
        LEASES + "test_no_lease_is_renewed_for_ever",
        LEASES + "test_who_was_overtaken_does_not_take_the_row_back",
    ),
    _row(
        "31", "PostgreSQL stands still, and its sockets stay open", "the paper procedure and 503 "
        "of /readyz within five seconds, also in mid-request; a slow statement of a server that "
        "lives is waited for",
        WEB + "test_a_database_that_hangs_is_the_paper_procedure_within_five_seconds",
        WEB + "test_a_database_that_hangs_in_mid_request_is_said_within_five_seconds",
        WEB + "test_a_slow_statement_of_a_database_that_lives_is_waited_for",
    ),
    _row(
        "32", "The portal is started with another IDENTIFIER_KEY", "web, workers, beat, commands "
        "and migrate refuse it with one line",
        KEY + "test_no_process_starts_with_another_key_and_one_line_says_what_to_do",
        KEY + "test_no_command_does_anything_with_another_key",
        KEY + "test_a_database_of_before_is_known_by_somebodys_number",
    ),
    _row(
        "33", "The path of the installation has blanks, quotes, umlauts or Chinese", "it starts",
        LIVES + "test_blanks_quotes_umlauts_and_chinese_in_the_path",
    ),
    _row(
        "34", "Somebody backs up, tries or upgrades after the supervisor was killed", "the lock "
        "is asked and not the files: servers are started for that step",
        LIVES + "test_after_a_kill_the_lock_is_asked_and_not_the_files",
    ),
)  # fmt: skip

DEGRADED = (
    _row(
        "a", "The broker is off", "pages work, a click is stored, «Queued, waiting for the "
        "service»; lockout of logins still holds",
        PAGES + "test_without_the_broker_a_click_is_stored_at_once_and_the_page_says_queued",
        PAGES + "test_without_the_broker_ten_wrong_passwords_still_lock_the_door",
    ),
    _row(
        "b", "The workers are off", "every page of clinicians, nurses and administrators: «No new "
        "scores since 13:40»",
        PAGES + "test_while_no_worker_shows_life_every_page_says_since_when",
    ),
    _row(
        "c", "The database is off", "a static page in both languages with the paper procedure; "
        "REST: a problem; 503 and Retry-After",
        PAGES + "test_without_the_database_every_page_is_the_paper_procedure",
    ),
    _row(
        "d", "The database takes nothing: read-only, or its disk is full", "the same, also for "
        "reading, because each look leaves an event; nothing is half written; /readyz is 503",
        PAGES + "test_a_database_that_takes_nothing_is_said_and_nothing_is_half_written",
    ),
    _row(
        "e", "The disk of the objects is full", "files are refused (507), reading goes on",
        PAGES + "test_on_a_full_disk_files_are_refused_and_reading_goes_on",
        PAGES + "test_a_write_that_meets_the_end_of_the_disk_is_no_fault_of_ours",
    ),
    _row(
        "f", "The clock is more than two seconds off the database's", "administrators are warned, "
        "/metrics has the number",
        PAGES + "test_a_clock_that_is_off_is_said_to_administrators_alone",
    ),
)  # fmt: skip
