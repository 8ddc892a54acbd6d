// SPDX-License-Identifier: GPL-2.0-only
/* Standard output: a terminal of some width and some abilities, or not. */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"
#include "states.h"
#include "terminal.h"

static unsigned int from_environment(const char *name)
{
	const char *text = getenv(name);
	long value = text ? strtol(text, NULL, 10) : 0;

	return value > 0 && value < 10000 ? value : 0;
}

/**
 * terminal_measure() - how large is it now?
 * @terminal: a terminal; its size is changed
 */
void terminal_measure(struct terminal *terminal)
{
	struct winsize size = {};

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	terminal->columns = size.ws_col ? size.ws_col : from_environment("COLUMNS");
	terminal->rows = size.ws_row ? size.ws_row : from_environment("LINES");
	if (!terminal->columns)
		terminal->columns = 80;
	if (!terminal->rows)
		terminal->rows = 24;
}

/**
 * terminal_look() - what is standard output?
 * @terminal: filled in
 */
void terminal_look(struct terminal *terminal)
{
	const char *no_color = getenv("NO_COLOR"), *type = getenv("TERM");

	memset(terminal, 0, sizeof(*terminal));
	terminal->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (!isatty(STDOUT_FILENO))
		return;
	terminal_measure(terminal);
	terminal->colour = !(no_color && *no_color) && type && strcmp(type, "dumb");
}

/**
 * terminal_set_colour() - the option --color
 * @terminal: changed
 * @when: always, never or auto
 *
 * Return: false for any other word, after telling so.
 */
bool terminal_set_colour(struct terminal *terminal, const char *when)
{
	if (!strcmp(when, "auto"))
		return true;
	if (strcmp(when, "always") && strcmp(when, "never")) {
		cli_error("--color %s: always, never or auto is meant", when);
		return false;
	}
	terminal->colour = !strcmp(when, "always");
	return true;
}

/**
 * terminal_style() - what follows is shown like this
 * @terminal: where to
 * @style: how; STYLE_PLAIN ends it
 */
void terminal_style(const struct terminal *terminal, enum style style)
{
	static const char *const sequences[] = {
		[STYLE_PLAIN] = "\033[0m", [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
		[STYLE_GOOD] = "\033[32m", [STYLE_CARE] = "\033[33m", [STYLE_BAD] = "\033[31m",
	};

	if (terminal->colour)
		fputs(sequences[style], stdout);
}

/**
 * terminal_style_of_state() - how a state is shown
 * @state: enum tcpfsm_state
 */
enum style terminal_style_of_state(unsigned int state)
{
	switch (state) {
	case TCPFSM_ESTABLISHED:
		return STYLE_GOOD;
	case TCPFSM_CLOSE:
	case TCPFSM_TIME_WAIT:
	case TCPFSM_LISTEN:
		return STYLE_DIM;
	default:
		return STYLE_CARE;
	}
}

/**
 * terminal_style_of_verdict() - how an end is shown
 * @verdict: enum tcpfsm_verdict
 */
enum style terminal_style_of_verdict(unsigned int verdict)
{
	switch (verdict) {
	case TCPFSM_VERDICT_OPEN:
		return STYLE_PLAIN;
	case TCPFSM_VERDICT_GRACEFUL:
	case TCPFSM_VERDICT_CLEARED:
		return STYLE_DIM;
	case TCPFSM_VERDICT_REUSED:
	case TCPFSM_VERDICT_EVICTED:
	case TCPFSM_VERDICT_FORGED:
		return STYLE_CARE;
	default:
		return STYLE_BAD;
	}
}
