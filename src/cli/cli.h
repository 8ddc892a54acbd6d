/* SPDX-License-Identifier: GPL-2.0-only */
/* What all subcommands of tcpfsm share. */
#ifndef TCPFSM_CLI_H
#define TCPFSM_CLI_H

#include "platform.h"

/* Exit statuses, the same for every subcommand; documented in --help. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1,		/* it could not be begun, or not be written */
	CLI_DAMAGED = 2,	/* the input broke off; what could be read was shown */
	CLI_USAGE = 3,
	CLI_NO_FLOW = 4,	/* no flow is the one that is meant, or several are */
};

/**
 * struct cli_command - a subcommand
 * @name: first argument of tcpfsm
 * @summary: for tcpfsm --help
 * @run: with argv[0] = @name; returns an exit status
 */
struct cli_command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int explain_run(int argc, char **argv);
int ladder_run(int argc, char **argv);
int metrics_run(int argc, char **argv);
int list_run(int argc, char **argv);
int replay_run(int argc, char **argv);
int status_run(int argc, char **argv);
int top_run(int argc, char **argv);
int watch_run(int argc, char **argv);

__attribute__((format(printf, 1, 2)))
void cli_error(const char *fmt, ...);
bool cli_module_missing(void);
void cli_unreadable(const char *name, bool is_copy);
int cli_usage(const char *command);
int cli_finish(int status);
bool cli_number(u64 *value, const char *option, const char *text, u64 max);
void *cli_alloc(void *old, size_t size);

#endif
