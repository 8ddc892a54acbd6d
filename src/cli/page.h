/* SPDX-License-Identifier: GPL-2.0-only */
/* What a subcommand says of itself: one list makes its options and its --help. */
#ifndef TCPFSM_CLI_PAGE_H
#define TCPFSM_CLI_PAGE_H

#include <stdbool.h>

/* Options that several subcommands have, with the same number everywhere. */
enum {
	PAGE_END = -1,
	PAGE_HELP = 'h',
	PAGE_WRONG = '?',
	PAGE_MANUAL = 1,	/* not for people: scripts/manual asks for it */
	PAGE_FIRST = 256,
};

/**
 * struct page_option - one option
 * @id: what page_next() returns, from PAGE_FIRST on; 0 ends the list
 * @name: without the dashes
 * @argument: name of its argument, or NULL
 * @text: what it does; filled to the width of a line
 */
struct page_option {
	int id;
	const char *name;
	const char *argument;
	const char *text;
};

/**
 * struct page - a subcommand
 * @name: first argument of tcpfsm
 * @arguments: what may follow the options
 * @about: what it does, some lines
 * @options: ended by one with id 0
 * @more: to be said after the options, or NULL
 * @statuses: exit statuses, a line each
 */
struct page {
	const char *name;
	const char *arguments;
	const char *about;
	const struct page_option *options;
	const char *more;
	const char *statuses;
};

int page_take(const struct page *page, int argc, char **argv,
	      bool (*take)(void *context, int option), void *context);

#endif
