// SPDX-License-Identifier: GPL-2.0-only
/* The options of a subcommand: parsed, and explained by --help. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "page.h"
#include "platform.h"

#define OPTIONS_MAX 24
/* Where the explanation of an option begins, and where its line ends. */
#define TEXT_COLUMN 20
#define LINE_COLUMNS 80

/* Words, in lines that begin at a column. */
static void fill(const char *text, int column)
{
	int at = column;

	while (*text) {
		int len = strcspn(text, " ");

		if (at > column && at + 1 + len > LINE_COLUMNS) {
			printf("\n%*s", column, "");
			at = column;
		}
		at += printf("%s%.*s", at > column ? " " : "", len, text);
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void show_option(const struct page_option *option)
{
	int at = printf("  --%s%s%s", option->name, option->argument ? " " : "",
			option->argument ? option->argument : "");

	if (at > TEXT_COLUMN - 2) {
		putchar('\n');
		at = 0;
	}
	printf("%*s", TEXT_COLUMN - at, "");
	fill(option->text, TEXT_COLUMN);
}

static void show(const struct page *page)
{
	const struct page_option *option;

	printf("usage: tcpfsm %s [OPTION...]%s%s\n\n%s\n\n", page->name,
	       *page->arguments ? " " : "", page->arguments, page->about);
	for (option = page->options; option->id; option++)
		show_option(option);
	puts("  --help");
	if (page->more)
		printf("\n%s\n", page->more);
	printf("\nExit status:\n%s\n", page->statuses);
}

/* A dash that is one, in roff. */
static void put_roff(const char *text)
{
	for (; *text; text++)
		fputs(*text == '-' ? "\\-" : *text == '\\' ? "\\e" : (char[]){ *text, '\0' }, stdout);
}

/* Lines as they are, also those that begin as roff's own. */
static void put_lines(const char *text)
{
	fputs("\\&", stdout);
	for (; *text; text++) {
		put_roff((char[]){ *text, '\0' });
		if (*text == '\n')
			fputs("\\&", stdout);
	}
	putchar('\n');
}

/* The part of a manual page, see scripts/manual. */
static void show_manual(const struct page *page)
{
	const struct page_option *option;

	printf(".SS tcpfsm %s [\\fIOPTION\\fR...] ", page->name);
	put_roff(page->arguments);
	putchar('\n');
	put_roff(page->about);
	putchar('\n');
	for (option = page->options; option->id; option++) {
		printf(".TP\n\\fB\\-\\-");
		put_roff(option->name);
		printf("\\fR %s%s%s\n", option->argument ? "\\fI" : "",
		       option->argument ? option->argument : "", option->argument ? "\\fR" : "");
		put_roff(option->text);
		putchar('\n');
	}
	puts(".PP");
	if (page->more) {
		puts(".nf");
		put_lines(page->more);
		puts(".fi\n.PP");
	}
	puts("Exit status:\n.nf");
	put_lines(page->statuses);
	puts(".fi");
}

static void make_options(const struct page *page, struct option *options)
{
	const struct page_option *from;
	size_t n = 0;

	for (from = page->options; from->id && n < OPTIONS_MAX - 3; from++, n++)
		options[n] = (struct option){
			from->name, from->argument ? required_argument : no_argument, NULL,
			from->id };
	options[n++] = (struct option){ "help", no_argument, NULL, PAGE_HELP };
	options[n++] = (struct option){ "help-roff", no_argument, NULL, PAGE_MANUAL };
	options[n] = (struct option){};
}

/*
 * The next option: its id, with the argument in optarg; or PAGE_HELP after the
 * help was shown; or PAGE_WRONG after it was told what is wrong.
 */
static int next_option(const struct page *page, int argc, char **argv)
{
	struct option options[OPTIONS_MAX];
	int id;

	make_options(page, options);
	id = getopt_long(argc, argv, ":h", options, NULL);
	switch (id) {
	case PAGE_HELP:
		show(page);
		break;
	case PAGE_MANUAL:
		show_manual(page);
		return PAGE_HELP;
	case ':':
		cli_error("%s wants an argument", argv[optind - 1]);
		return PAGE_WRONG;
	case '?':
		cli_error("no option %s", argv[optind - 1]);
		return PAGE_WRONG;
	}
	return id;
}

/**
 * page_take() - take all options of a subcommand
 * @page: the subcommand
 * @argc: as getopt_long() takes it
 * @argv: the same
 * @take: called for each option, with its argument in optarg; false after telling
 *	what is wrong with that
 * @context: for @take
 *
 * Return: PAGE_END, with what follows the options from optind on, or the exit status
 * of a run that is over: the help was shown, or the usage was wrong.
 */
int page_take(const struct page *page, int argc, char **argv,
	      bool (*take)(void *context, int option), void *context)
{
	int option;

	while ((option = next_option(page, argc, argv)) != PAGE_END) {
		if (option == PAGE_HELP)
			return cli_finish(CLI_OK);
		if (option == PAGE_WRONG || !take(context, option))
			return cli_usage(page->name);
	}
	return PAGE_END;
}
