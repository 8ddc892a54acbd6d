// SPDX-License-Identifier: GPL-2.0-only
/* Parts of the command that only a kernel feeds, fed here by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "event.h"

#define HISTORY_AT 16

/* As events/tcpfsm/tcpfsm_close/format has it, with two of its fields. */
static const char close_format[] =
	"name: tcpfsm_close\n"
	"ID: 1\n"
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\n"
	"\tfield:__u64 flow;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:char history[(2 * TCPFSM_LETTER_MAX + 1)];\toffset:16;\tsize:23;\tsigned:0;\n"
	"\n"
	"print fmt: \"flow=%llu hist=%s\", REC->flow, REC->history\n";

static void read_close(struct event *event, const char *history)
{
	char data[HISTORY_AT + TCPFSM_HISTORY_SIZE] = {};
	struct tep_record record = { .data = data, .size = sizeof(data) };
	struct tep_handle *tep = tep_alloc();

	memcpy(data + HISTORY_AT, history, strnlen(history, TCPFSM_HISTORY_SIZE));
	assert_int_equal(tep_parse_event(tep, close_format, strlen(close_format), "tcpfsm"), 0);
	assert_true(event_read(event, tep_find_event_by_name(tep, "tcpfsm", "tcpfsm_close"),
			       &record));
	tep_free(tep);
}

static void event_history(void **state)
{
	struct event event;

	(void)state;
	read_close(&event, "ShADadFf");
	assert_string_equal(event.history, "ShADadFf");
	/* All letters that there are, and a field that nothing ends. */
	read_close(&event, "SHADFRCTIWQshadfrctiwq");
	assert_string_equal(event.history, "SHADFRCTIWQshadfrctiwq");
	read_close(&event, "SHADFRCTIWQshadfrctiwq!!");
	assert_string_equal(event.history, "SHADFRCTIWQshadfrctiwq");
}

/* parts [NAME]: one of them, or all */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_history),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
