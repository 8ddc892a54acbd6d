// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm explain: one flow in sentences, live or of a capture. */
#include <getopt.h>
#include <unistd.h>

#include "choice.h"
#include "cli.h"
#include "duration.h"
#include "explanation.h"
#include "json.h"
#include "netns.h"
#include "page.h"
#include "terminal.h"

enum {
	OPTION_PCAP = PAGE_FIRST, OPTION_FILE, OPTION_NETNS, OPTION_JSON, OPTION_COLOR,
};

static const struct page_option options[] = {
	{ OPTION_PCAP, "pcap", "FILE", "of a capture; - is standard input" },
	READING_OPTIONS,
	{ OPTION_FILE, "file", "FILE", "of a copy of /proc/tcpfsm; - is standard input" },
	{ OPTION_NETNS, "netns", "NS",
	  "of this network namespace: a name of `ip netns`, a process number, or a path" },
	{ OPTION_JSON, "json", NULL, "as a JSON object" },
	{ OPTION_COLOR, "color", "WHEN", TERMINAL_COLOR_HELP },
	{}
};

static const struct page page = {
	.name = "explain",
	.arguments = "[FLOW]",
	.about = "Says what happened to a connection, which end it waits for and since when, what\n"
		 "that usually means, and what to look at next. Behind each sentence stands, in\n"
		 "brackets, what it is concluded from; (inferred) is what nobody saw. Where there is\n"
		 "one flow only, no FLOW need be named.",
	.options = options,
	.more = CHOICE_HELP,
	.statuses = "  0  it was explained\n"
		    "  1  the module is not loaded, the table or the capture cannot be opened, or the\n"
		    "     result cannot be written\n"
		    "  2  the file is damaged; what there is was explained\n"
		    "  3  wrong usage\n"
		    "  4  no flow is the one that is meant, or several are",
};

/**
 * struct explain - a run
 * @reading: of the capture
 * @choice: which flow
 * @terminal: what it is shown on
 * @netns: another namespace to look into, or NULL
 * @pcap: the capture, or NULL
 * @file: a copy of the table, or NULL
 * @json: as JSON
 */
struct explain {
	struct reading reading;
	struct choice choice;
	struct terminal terminal;
	const char *netns;
	const char *pcap;
	const char *file;
	bool json;
};

#define INDENT 2
#define WIDTH_DEFAULT 80

/* Words in lines of a width, from where the cursor stands. */
static int put_words(const struct terminal *terminal, const char *text, int at)
{
	int width = terminal->columns ? (int)terminal->columns : WIDTH_DEFAULT;

	while (*text) {
		int len = strcspn(text, " ");

		if (at > INDENT && at + 1 + len > width) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		}
		at += printf("%s%.*s", at > INDENT ? " " : "", len, text);
		text += len;
		text += strspn(text, " ");
	}
	return at;
}

static void put_statement(const struct terminal *terminal, const struct statement *statement)
{
	char because[STATEMENT_TEXT_MAX + 2];
	int at = printf("%*s", INDENT, "");

	at = put_words(terminal, statement->text, at);
	if (statement->inferred && statement->kind != STATEMENT_MEANS)
		at = put_words(terminal, "(inferred)", at);
	if (*statement->because && statement->kind != STATEMENT_MEANS) {
		scnprintf(because, sizeof(because), "[%s]", statement->because);
		terminal_style(terminal, STYLE_DIM);
		put_words(terminal, because, at);
		terminal_style(terminal, STYLE_PLAIN);
	}
	putchar('\n');
}

static void put_text(const struct explain *explain, const struct explanation *explanation)
{
	static const char *const headings[] = {
#define X(name, word, heading) [STATEMENT_##name] = heading,
		STATEMENT_KINDS(X)
#undef X
	};
	const struct record *record = explanation->record;
	char client[KEY_END_MAX], server[KEY_END_MAX], age[DURATION_MAX];
	enum statement_kind kind = STATEMENT_KIND_MAX;
	size_t i;

	key_print_end(client, &record->key, TCPFSM_CLIENT);
	key_print_end(server, &record->key, TCPFSM_SERVER);
	duration_print(age, record->age_ms);
	printf("flow %llu, %s -> %s, %s old\nclient is %s%s, server is %s%s, outcome is %s\n",
	       (unsigned long long)record->id, client, server, age,
	       tcpfsm_state_name(record->state[0]), record->unsure[0] ? "?" : "",
	       tcpfsm_state_name(record->state[1]), record->unsure[1] ? "?" : "",
	       record_value(record, "outcome"));
	for (i = 0; i < explanation->count; i++) {
		const struct statement *statement = &explanation->statement[i];

		if (statement->kind != kind) {
			terminal_style(&explain->terminal, STYLE_BOLD);
			printf("\n%s\n", headings[statement->kind]);
			terminal_style(&explain->terminal, STYLE_PLAIN);
		}
		kind = statement->kind;
		put_statement(&explain->terminal, statement);
	}
}

static void put_json(const struct explanation *explanation)
{
	static const char *const words[] = {
#define X(name, word, heading) [STATEMENT_##name] = #word,
		STATEMENT_KINDS(X)
#undef X
	};
	json_t *object = json_object(), *list = json_array();
	size_t i;

	for (i = 0; i < explanation->count; i++) {
		const struct statement *statement = &explanation->statement[i];
		json_t *one = json_object();

		json_text(one, "kind", words[statement->kind]);
		json_text(one, "text", statement->text);
		json_object_set_new(one, "inferred", json_boolean(statement->inferred));
		if (*statement->because)
			json_text(one, "because", statement->because);
		json_array_append_new(list, one);
	}
	json_text(object, "type", "explanation");
	json_object_set_new(object, "flow", json_record(explanation->record, NULL));
	json_object_set_new(object, "statements", list);
	json_print(object);
}

static void tell(const struct explain *explain, const struct record *record)
{
	struct explanation explanation;

	explanation_make(&explanation, record);
	if (explain->json)
		put_json(&explanation);
	else
		put_text(explain, &explanation);
}

static int run(struct explain *explain)
{
	struct exchange exchange = {};
	struct record record = {};
	int status;

	if (explain->pcap)
		status = choice_from_capture(&explain->choice, &explain->reading, explain->pcap,
					     false, &exchange, &record);
	else
		status = choice_from_table(&explain->choice, explain->file, &record);
	if (record.text) {
		tell(explain, &record);
		exchange_free(&exchange);
		record_free(&record);
	}
	return cli_finish(status);
}

static bool take_option(void *context, int option)
{
	struct explain *explain = context;

	switch (option) {
	case OPTION_PCAP:
		explain->pcap = optarg;
		return true;
	case OPTION_FILE:
		explain->file = optarg;
		return true;
	case OPTION_NETNS:
		explain->netns = optarg;
		return true;
	case OPTION_JSON:
		explain->json = true;
		return true;
	case OPTION_COLOR:
		return terminal_set_colour(&explain->terminal, optarg);
	default:
		return reading_option(&explain->reading, option, optarg);
	}
}

static bool is_clear(const struct explain *explain)
{
	if (!!explain->pcap + !!explain->file + !!explain->netns > 1) {
		cli_error("--pcap, --file and --netns exclude each other");
		return false;
	}
	return reading_is_clear(&explain->reading);
}

static int parse_and_run(struct explain *explain, int argc, char **argv)
{
	int status;

	status = page_take(&page, argc, argv, take_option, explain);
	if (status != PAGE_END)
		return status;
	if (!choice_parse(&explain->choice, argc - optind, argv + optind) ||
	    !is_clear(explain))
		return cli_usage(page.name);
	if (explain->netns && !netns_enter(explain->netns))
		return CLI_FAILED;
	return run(explain);
}

/**
 * explain_run() - the subcommand
 * @argc: number of arguments
 * @argv: "explain" and its arguments
 *
 * Return: exit status.
 */
int explain_run(int argc, char **argv)
{
	struct explain explain = {};
	int status;

	terminal_look(&explain.terminal);
	reading_init(&explain.reading);
	status = parse_and_run(&explain, argc, argv);
	choice_free(&explain.choice);
	reading_free(&explain.reading);
	return status;
}
