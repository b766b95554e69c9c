"""What goes wrong around a value: what comes, and the test that tries it."""

from __future__ import annotations

from dataclasses import dataclass

TRANSPORT = "tests.bad_input.test_transport"
STALE = "tests.bad_input.test_stale"
BROWSER = "tests.e2e.test_bad_input"


@dataclass(frozen=True)
class Around:
    mistake: str
    answer: str
    module: str
    test: str


AROUND = [
    Around("A huge body, or one of unknown length",
           "413 `too_large`, 411 `length_required`, before a byte of it is read",
           BROWSER, "test_a_huge_body_is_refused_before_a_byte_of_it_is_sent"),
    Around("A huge form; a form of a thousand fields", "413, 400: a page that says so",
           TRANSPORT, "test_a_huge_form_gets_a_page_that_says_so"),
    Around("Another content type", "415",
           TRANSPORT, "test_another_content_type_is_not_guessed"),
    Around("Broken JSON, no UTF-8, a name twice, endless nesting, NUL, half a character",
           "400 with line and column, or the pointer",
           TRANSPORT, "test_a_body_that_can_not_be_read_is_refused_where_it_breaks"),
    Around("A list or an object of more than a thousand members, anywhere in a body",
           "400 `too_many`, before any field of it is looked at",
           TRANSPORT, "test_no_address_reads_more_than_a_thousand_members_of_anything"),
    Around("A thousand faulty items", "400, twenty faults named, `errors_left_out`; at once",
           TRANSPORT, "test_of_many_faults_twenty_are_named_and_the_rest_costs_nothing"),
    Around("OPTIONS", "the methods and where they are described",
           TRANSPORT, "test_options_say_the_methods_and_nothing_of_the_code"),
    Around("Another method", "405",
           TRANSPORT, "test_another_method_is_refused_as_a_problem"),
    Around("A parameter that the address does not know", "400 `unknown_parameter`, everywhere",
           TRANSPORT, "test_no_address_passes_over_a_parameter_that_it_does_not_know"),
    Around("A filter or page that can not be", "400 that names the parameter",
           TRANSPORT, "test_a_filter_that_can_not_be_is_refused_and_not_passed_over"),
    Around("A field that is not the caller's to set", "400 `unknown_field`, at every address",
           TRANSPORT, "test_no_address_takes_a_field_that_is_not_its_own"),
    Around("A number or yes and no where a text belongs", "400 `not_a_text` at that field",
           TRANSPORT, "test_a_number_is_not_taken_for_a_text"),
    Around("An identifier that is none", "404, as for one that is missing or foreign",
           TRANSPORT, "test_an_identifier_that_can_not_be_is_missing_as_a_problem"),
    Around("Anything behind the address of a page", "the page, with the filter that holds",
           TRANSPORT, "test_no_page_breaks_at_what_stands_behind_its_address"),
    Around("A token that expired or was revoked", "401 `token_expired`, `token_revoked`",
           STALE, "test_a_token_that_ended_says_how"),
    Around("A session that ended while typing", "the login, then the form; nothing is written",
           STALE, "test_a_session_that_ended_while_typing_asks_for_the_login_and_writes_nothing"),
    Around("A value that a colleague corrected or withdrew meanwhile",
           "409, what stands there now; sent again, it takes its place",
           STALE, "test_a_value_that_a_colleague_corrected_meanwhile"),
    Around("A chart that moved on while the form was open", "409, what it was and is",
           STALE, "test_a_chart_that_moved_on_while_the_form_was_open"),
    Around("A version that was published while the form was open", "409, which one",
           STALE, "test_a_version_that_was_published_while_the_form_was_open"),
    Around("A colleague who decided while the page was open", "409, the decision above the form",
           STALE, "test_a_colleague_who_decided_while_the_page_was_open"),
    Around("A double click, and browser back and a third", "one prediction, the same result",
           BROWSER, "test_two_clicks_browser_back_and_a_third_click_are_one_prediction"),
    Around("Two clicks at the same moment", "one prediction, its answers stored once",
           STALE, "test_two_clicks_at_the_same_moment_store_and_run_once"),
    Around("Browser back, then other values", "asked back; nothing runs",
           STALE, "test_another_form_after_browser_back_is_asked_back"),
    Around("A service sheet with a mistake: a band without a code, limits with a gap, a text in "
           "one language, a rule on a strange input, a field not spelled well",
           "400 `sheet_invalid`: every mistake at once, each with its pointer and a cure; nothing "
           "is stored",
           "tests.registry.test_bad_sheets",
           "test_a_bad_sheet_is_refused_at_its_place_with_a_cure"),
    Around("A command with words that can not be", "one line, exit status 2",
           "tests.bad_input.test_commands", "test_one_line_says_what_is_wrong"),
    Around("Anything at all, as anybody", "an answer that the description names, never a 500",
           "tests.bad_input.test_fuzz",
           "test_whatever_anybody_sends_the_answer_is_one_that_is_described"),
]  # fmt: skip
