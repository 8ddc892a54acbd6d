// SPDX-License-Identifier: GPL-2.0-only
/* The command tcpfsm: which subcommand is meant. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#include "platform.h"

static const struct cli_command commands[] = {
	{ "list", "show flows", list_run },
	{ "watch", "show what happens to them, while it happens", watch_run },
	{ "ladder", "draw one: who said what when, and the states of both ends", ladder_run },
	{ "explain", "say in sentences what happened to one, and what it waits for", explain_run },
	{ "top", "show servers and peers by handshakes, again and again", top_run },
	{ "metrics", "print counters, states and servers for Prometheus", metrics_run },
	{ "status", "is the module loaded, how full is it, and what does it not see", status_run },
	{ "replay", "run a capture through the rules", replay_run },
};

static void tell_usage(void)
{
	size_t i;

	puts("usage: tcpfsm COMMAND [ARGUMENT...]\n"
	     "       tcpfsm --help | -h | help | --version | -V\n"
	     "\n"
	     "The RFC 9293 states of both endpoints of TCP connections.\n"
	     "\n"
	     "Commands (tcpfsm COMMAND --help tells more):");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	puts("\n"
	     "Exit status:\n"
	     "  0  all was done\n"
	     "  1  it could not be begun, or the result not be written\n"
	     "  2  the input is damaged or broke off, events were lost, or the module was unloaded;\n"
	     "     what could be read was shown\n"
	     "  3  wrong usage\n"
	     "  4  no flow is the one that is meant, or several are");
}

static bool is_any(const char *word, const char *a, const char *b, const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || (c && !strcmp(word, c));
}

int main(int argc, char **argv)
{
	size_t i;

	/* Which characters a terminal shows; numbers stay as they are. */
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		cli_error("no command");
		return cli_usage(NULL);
	}
	if (is_any(argv[1], "--help", "-h", "help")) {
		tell_usage();
		return cli_finish(CLI_OK);
	}
	if (is_any(argv[1], "--version", "-V", NULL)) {
		puts("tcpfsm " VERSION);
		return cli_finish(CLI_OK);
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	cli_error("no command '%s'", argv[1]);
	return cli_usage(NULL);
}
