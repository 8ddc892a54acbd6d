/* SPDX-License-Identifier: GPL-2.0-only */
/* What is shown on: how wide it is, and what it can show. */
#ifndef TCPFSM_CLI_TERMINAL_H
#define TCPFSM_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "platform.h"

/* Escape sequences, or nothing. */
enum style {
	STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_CARE, STYLE_BAD,
};

/**
 * struct terminal - standard output
 * @columns: its width; 0 where nothing is to be cut
 * @rows: its height; 0 where it has none
 * @colour: escape sequences are understood and wanted
 * @utf8: the locale's characters are UTF-8
 */
struct terminal {
	unsigned int columns;
	unsigned int rows;
	bool colour;
	bool utf8;
};

/* For the text of an option --color. */
#define TERMINAL_COLOR_HELP \
	"always, never, or auto (default): on a terminal, unless NO_COLOR is set"

void terminal_look(struct terminal *terminal);
void terminal_measure(struct terminal *terminal);
bool terminal_set_colour(struct terminal *terminal, const char *when);
void terminal_style(const struct terminal *terminal, enum style style);
enum style terminal_style_of_state(unsigned int state);
enum style terminal_style_of_verdict(unsigned int verdict);

#endif
