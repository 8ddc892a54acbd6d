// SPDX-License-Identifier: GPL-2.0-only
/* Parts of the command that only a kernel feeds, fed here by hand. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

#include "cli.h"
#include "event.h"
#include "ladder.h"
#include "listeners.h"
#include "output.h"
#include "record.h"
#include "settings.h"
#include "signals.h"

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

static void listeners_interface(void **state)
{
	FILE *file = tmpfile();
	struct listeners listeners;
	char path[32];

	(void)state;
	fputs("# tcpfsm_listeners 1 netns=1 listeners=4 max_listeners=512 missed=3\n"
	      "[fe80::1]:22 begun=1 half_open=0 ifindex=2\n"
	      "[fe80::1]:22 begun=2 half_open=0 ifindex=4294967295\n"
	      "[2001:db8::1]:22 begun=3 half_open=0\n"
	      "192.0.2.1:22 begun=4 half_open=0\n", file);
	fflush(file);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	assert_true(listeners_read(&listeners, path));
	assert_int_equal(listeners.count, 4);
	assert_string_equal(listeners.one[0].name, "[fe80::1%2]:22");
	assert_string_equal(listeners.one[1].name, "[fe80::1%4294967295]:22");
	assert_string_equal(listeners.one[2].name, "[2001:db8::1]:22");
	assert_string_equal(listeners.one[3].name, "192.0.2.1:22");
	assert_int_equal(listeners.one[1].figure[LISTENER_begun], 2);
	assert_int_equal(listeners.missed, 3);
	listeners_free(&listeners);
	fclose(file);
}

/* What is noticed late stands before what is told later, and was earlier. */
static void ladder_lost(void **state)
{
	const struct tcpfsm_segment seg = { .flags = TCPFSM_SYN };
	const struct flow_key key = { .family = AF_INET };
	const struct terminal terminal = {};
	struct exchange exchange;
	FILE *before = stdout;
	char *text = NULL;
	size_t size, i;

	(void)state;
	exchange_init(&exchange, &key, 1);
	exchange_lost(&exchange, 1150 * NSEC_PER_MSEC, 7);
	exchange_segment(&exchange, 1000 * NSEC_PER_MSEC, TCPFSM_CLIENT, &seg, true);
	exchange_lost(&exchange, 1400 * NSEC_PER_MSEC, 7);
	exchange_segment(&exchange, 1300 * NSEC_PER_MSEC, TCPFSM_SERVER, &seg, true);
	exchange_segment(&exchange, 2300 * NSEC_PER_MSEC, TCPFSM_SERVER, &seg, true);
	stdout = open_memstream(&text, &size);
	for (i = 0; i < exchange.rows; i++)
		ladder_text_row(&terminal, &exchange, i);
	fclose(stdout);
	stdout = before;
	/* The one silence that there is. */
	assert_non_null(strstr(text, " 1.0s later "));
	assert_null(strstr(strstr(text, " later ") + 1, " later "));
	assert_non_null(strstr(text, "    0.000000 "));
	assert_non_null(strstr(text, "    1.150000 "));
	for (i = 0; text[i]; i++)
		assert_false(text[i] >= '0' && strspn(text + i, "0123456789") > 6);
	free(text);
	exchange_free(&exchange);
}

/* The name of a process stands in the page as it is, whatever it means there. */
static void ladder_html_name(void **state)
{
	const struct flow_key key = { .family = AF_INET };
	FILE *before = stdout;
	struct exchange exchange;
	struct record record;
	char *text = NULL;
	size_t size;

	(void)state;
	assert_true(record_parse(&record, "CLOSE CLOSE 0 192.0.2.1:1 -> 192.0.2.2:2 id=1 "
				 "outcome=graceful hist=S comm=a<!--\"&b>"));
	exchange_init(&exchange, &key, 1);
	stdout = open_memstream(&text, &size);
	ladder_html(&exchange, &record);
	fclose(stdout);
	stdout = before;
	assert_null(strstr(text, "<!--"));
	assert_non_null(strstr(text, "<th>comm</th><td>a&lt;!--&quot;&amp;b&gt;</td></tr>\n"));
	free(text);
	record_free(&record);
	exchange_free(&exchange);
}

static void put_setting(const char *dir, const char *name, const char *value)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", value);
	fclose(file);
}

/* What keeps connections from being seen is said, the most important of it. */
static void settings_leave_out(void **state)
{
	char dir[] = "/tmp/settings.XXXXXX", hint[SETTINGS_HINT_MAX];
	static const char *const names[] = { "enabled", "ports", "mark_mask" };
	/* One after the other: each is told before those above it. */
	static const struct {
		const char *name, *value, *hint;
	} told[] = {
		{ "mark_mask", "255",
		  "only packets with a mark are followed here: see tcpfsm status" },
		{ "ports", "80,443,8000-8099",
		  "only ports 80,443,8000-8099 are followed here: see tcpfsm status" },
		{ "ports", "10001,10003,10005,10007,10009,10011,10013,10015",
		  "only ports 10001,10003,10005,10007,10009,10011,... are followed here: "
		  "see tcpfsm status" },
		{ "enabled", "0", "net.tcpfsm.enabled=0 here: see tcpfsm status" },
	};
	char path[64];
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	/* No module, or who may not read it. */
	assert_false(settings_hint(hint, dir));
	put_setting(dir, "enabled", "1");
	put_setting(dir, "ports", "");
	put_setting(dir, "mark_mask", "0");
	assert_false(settings_hint(hint, dir));
	for (i = 0; i < sizeof(told) / sizeof(*told); i++) {
		put_setting(dir, told[i].name, told[i].value);
		assert_true(settings_hint(hint, dir));
		assert_string_equal(hint, told[i].hint);
	}
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void ring(int signal)
{
	(void)signal;
}

/* A reader that is slow gets all, whatever signal comes meanwhile. */
static void signals_write(void **state)
{
	char text[4096] = {};
	int pipe_fd[2], room;

	(void)state;
	assert_int_equal(pipe(pipe_fd), 0);
	room = fcntl(pipe_fd[1], F_GETPIPE_SZ);
	while (room > 0)
		room -= write(pipe_fd[1], text, sizeof(text));
	signals_handle(SIGALRM, ring);
	if (!fork()) {
		close(pipe_fd[1]);
		sleep(2);
		while (read(pipe_fd[0], text, sizeof(text)) > 0)
			;
		_exit(0);
	}
	alarm(1);
	assert_int_equal(write(pipe_fd[1], text, sizeof(text)), sizeof(text));
	/* It has rung. */
	assert_int_equal(alarm(0), 0);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

/* @name in the directory @dir */
static const char *in(const char *dir, const char *name)
{
	static char path[4][64];
	static unsigned int next;
	char *made = path[next++ % 4];

	snprintf(made, sizeof(path[0]), "%s/%s", dir, name);
	return made;
}

/* The file that a link names is replaced, all may read it, and the link is still one. */
static void output_of_link(void **state)
{
	char dir[] = "/tmp/tcpfsm-parts.XXXXXX", *output;
	int before = dup(STDOUT_FILENO);
	mode_t mask = umask(077);
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(mkdir(in(dir, "sub"), 0700), 0);
	assert_int_equal(close(creat(in(dir, "sub/file"), 0600)), 0);
	assert_int_equal(symlink("sub/file", in(dir, "link")), 0);
	fflush(stdout);
	output = output_begin(in(dir, "link"));
	assert_non_null(output);
	assert_int_equal(write(STDOUT_FILENO, "new\n", 4), 4);
	dup2(before, STDOUT_FILENO);
	close(before);
	umask(mask);
	assert_int_equal(output_end(output, CLI_OK), CLI_OK);
	assert_int_equal(lstat(in(dir, "sub/file"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(lstat(in(dir, "link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	unlink(in(dir, "link"));
	unlink(in(dir, "sub/file"));
	assert_int_equal(rmdir(in(dir, "sub")), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* parts [NAME]: one of them, or all */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_history),
		cmocka_unit_test(ladder_lost),
		cmocka_unit_test(ladder_html_name),
		cmocka_unit_test(listeners_interface),
		cmocka_unit_test(settings_leave_out),
		cmocka_unit_test(signals_write),
		cmocka_unit_test(output_of_link),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
