// SPDX-License-Identifier: GPL-2.0-only
/* How every subcommand says that something went wrong. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/**
 * cli_error() - one line on standard error, after all that was shown before
 * @fmt: without a newline
 */
void cli_error(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("tcpfsm: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * cli_module_missing() - is the module not loaded? Then this is told.
 */
bool cli_module_missing(void)
{
	if (!access("/sys/module/tcpfsm", F_OK))
		return false;
	cli_error("the module is not loaded: modprobe tcpfsm, or insmod tcpfsm.ko");
	return true;
}

/**
 * cli_unreadable() - tell why what the module shows cannot be opened, after errno
 * @name: the file
 * @is_copy: it is not the module's own
 */
void cli_unreadable(const char *name, bool is_copy)
{
	if (!is_copy && errno == ENOENT && cli_module_missing())
		return;
	if (!is_copy && (errno == EACCES || errno == EPERM))
		cli_error("%s: %s: run as root, or with CAP_NET_ADMIN over the network namespace",
			  name, strerror(errno));
	else
		cli_error("%s: %s", name, strerror(errno));
}

/**
 * cli_usage() - where to read on after wrong usage, which has been told
 * @command: of which subcommand, or NULL
 *
 * Return: the exit status.
 */
int cli_usage(const char *command)
{
	fprintf(stderr, "try: tcpfsm %s%s--help\n", command ? command : "", command ? " " : "");
	return CLI_USAGE;
}

/**
 * cli_finish() - nothing more is shown: was all of it written?
 * @status: exit status so far
 *
 * Return: the exit status.
 */
int cli_finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "tcpfsm: cannot write the result: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return status;
}

/**
 * cli_number() - the argument of an option that is a number
 * @value: filled in
 * @option: its name
 * @text: the argument
 * @max: the largest one; the smallest is 1
 *
 * Return: false after telling what is wrong.
 */
bool cli_number(u64 *value, const char *option, const char *text, u64 max)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *value && *value <= max)
		return true;
	cli_error("--%s %s: a number from 1 to %llu is meant", option, text,
		  (unsigned long long)max);
	return false;
}

/**
 * cli_alloc() - realloc() that does not fail
 * @old: or NULL
 * @size: bytes
 *
 * Return: the memory; without it, what was shown so far is all there will be.
 */
void *cli_alloc(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (!new) {
		cli_error("out of memory");
		exit(CLI_FAILED);
	}
	return new;
}
