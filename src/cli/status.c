// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm status: is the module there, how full is it, and what does it not see? */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "blind.h"
#include "cli.h"
#include "counters.h"
#include "json.h"
#include "netns.h"
#include "page.h"
#include "settings.h"
#include "table.h"

#define MODULE "/sys/module/tcpfsm"
#define CACHE "/sys/kernel/slab/tcpfsm_entry"
/* Of the text: names before, values behind. */
#define NAME_COLUMNS 12
#define LINE_COLUMNS 80

enum { OPTION_NETNS = PAGE_FIRST, OPTION_JSON };

static const struct page_option options[] = {
	{ OPTION_NETNS, "netns", "NS",
	  "of this network namespace: a name of `ip netns`, a process number, or a path" },
	{ OPTION_JSON, "json", NULL, "as a JSON object" },
	{}
};

static const struct page page = {
	.name = "status",
	.arguments = "",
	.about = "Shows the module's version and parameters, the flows and settings of the network\n"
		 "namespace, the memory in use, what was evicted or lost, and what lets packets\n"
		 "pass the module by on this host, as far as it can be found out.",
	.options = options,
	.statuses = "  0  the module is loaded\n"
		    "  1  it is not, or nothing may be read, or the result cannot be written\n"
		    "  3  wrong usage",
};

/* Counters that tell of losses, in the order in which they are shown. */
static const char *const losses[] = {
	"evict_half_open", "evict_time_wait", "evict_ended", "drops", "table_full", "no_memory",
	"log_suppressed",
};

static void add_value(json_t *object, const char *name, const char *value)
{
	if (*value && !value[strspn(value, "0123456789")])
		json_number(object, name, strtoull(value, NULL, 10));
	else
		json_text(object, name, value);
}

static int is_name(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

/* All files of a directory, in the order of their names. */
static json_t *read_directory(const char *dir)
{
	json_t *object = json_object();
	struct dirent **entry;
	char *value;
	int n = scandir(dir, &entry, is_name, alphasort), i;

	for (i = 0; i < n; i++) {
		value = settings_line(dir, entry[i]->d_name);
		if (value)
			add_value(object, entry[i]->d_name, value);
		free(value);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return object;
}

/* Of all namespaces: the objects of the cache, and the buckets. */
static void add_memory(json_t *object, const json_t *parameters)
{
	char *objects = settings_line(CACHE, "total_objects"), *size = settings_line(CACHE, "slab_size");
	json_t *memory = json_object();
	json_int_t buckets = json_integer_value(json_object_get(parameters, "hashsize"));

	if (objects && size)
		json_number(memory, "flows_bytes",
			    strtoull(objects, NULL, 10) * strtoull(size, NULL, 10));
	free(objects);
	free(size);
	json_number(memory, "table_bytes", buckets * sizeof(void *));
	json_object_set_new(object, "memory", memory);
}

static void add_table(json_t *object)
{
	static const char *const keys[] = { "netns", "flows", "half_open", "max_flows", "evicted" };
	struct table table;
	json_t *flows;
	size_t i;
	u64 value;

	if (table_open(&table, NULL))
		return;
	flows = json_object();
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (table_header(&table, keys[i], &value))
			json_number(flows, keys[i], value);
	json_object_set_new(object, "table", flows);
	table_close(&table);
}

static void add_losses(json_t *object)
{
	struct counters counters;
	json_t *lost;
	size_t i;

	if (counters_read(&counters, "tcpfsm"))
		return;
	lost = json_object();
	for (i = 0; i < ARRAY_SIZE(losses); i++)
		json_number(lost, losses[i], counters_value(&counters, losses[i]));
	json_object_set_new(object, "lost", lost);
	counters_free(&counters);
}

static void add_blind(void *context, bool known, const char *what, const char *text)
{
	json_t *spot = json_object();

	json_text(spot, "what", what);
	json_object_set_new(spot, "known", json_boolean(known));
	json_text(spot, "text", text);
	json_array_append_new(context, spot);
}

static void add_setting_spot(json_t *blind, const json_t *settings, const char *name,
			     const char *text)
{
	const json_t *value = json_object_get(settings, name);
	/* A list of one port is a number; that of port 0 leaves nothing. */
	bool off = !strcmp(name, "ports") ? json_string_length(value) || json_is_integer(value) :
		   !strcmp(name, "mark_mask") ? json_integer_value(value) != 0 :
						json_is_integer(value) && !json_integer_value(value);

	if (value && off)
		add_blind(blind, true, name, text);
}

static json_t *look(void)
{
	json_t *object = json_object(), *blind = json_array();
	json_t *parameters = read_directory(MODULE "/parameters");
	json_t *settings = read_directory(SETTINGS_DIR);
	char *version = settings_line(MODULE, "version");

	json_text(object, "type", "status");
	if (version)
		json_text(object, "version", version);
	free(version);
	json_text(object, "command", VERSION);
	json_object_set_new(object, "parameters", parameters);
	add_memory(object, parameters);
	add_table(object);
	json_object_set_new(object, "settings", settings);
	add_losses(object);
	add_setting_spot(blind, settings, "enabled", "enabled=0: this namespace has no hook at all");
	add_setting_spot(blind, settings, "ports", "ports: only segments of these ports are traced");
	add_setting_spot(blind, settings, "mark_mask", "mark: only packets with this mark are traced");
	add_setting_spot(blind, settings, "strict", "strict=0: data of established flows are not followed");
	blind_look(add_blind, blind);
	json_object_set_new(object, "blind", blind);
	return object;
}

static void put_values(const char *name, json_t *object)
{
	const char *key;
	json_t *value;
	int at = printf("%-*s", NAME_COLUMNS, name);

	json_object_foreach(object, key, value) {
		const char *text = json_string_value(value);
		char number[24];

		if (!text) {
			scnprintf(number, sizeof(number), "%lld",
				  (long long)json_integer_value(value));
			text = number;
		}
		if (at > NAME_COLUMNS && at + strlen(key) + strlen(text) + 2 > LINE_COLUMNS)
			at = printf("\n%*s", NAME_COLUMNS, "") - 1;
		at += printf("%s%s=%s", at > NAME_COLUMNS ? " " : "", key, text);
	}
	putchar('\n');
}

static void put_spots(const json_t *blind, bool known, const char *heading)
{
	size_t i, n = 0;
	json_t *spot;

	json_array_foreach(blind, i, spot) {
		if (json_boolean_value(json_object_get(spot, "known")) != known)
			continue;
		if (!n++)
			printf("\n%s\n", heading);
		printf("  %s\n", json_string_value(json_object_get(spot, "text")));
	}
	if (!n && known)
		puts("\nNothing was found that lets packets pass it by.");
}

static void put_text(json_t *object)
{
	static const char *const parts[] = { "parameters", "memory", "table", "settings", "lost" };
	const char *version = json_string_value(json_object_get(object, "version"));
	const json_t *blind = json_object_get(object, "blind");
	size_t i;

	printf("tcpfsm %s is loaded%s%s\n\n", version ?: "(unknown version)",
	       version && strcmp(version, VERSION) ? "; this command is of " : "",
	       version && strcmp(version, VERSION) ? VERSION : "");
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (json_object_get(object, parts[i]))
			put_values(parts[i], json_object_get(object, parts[i]));
	put_spots(blind, true, "It does not see everything here:");
	put_spots(blind, false, "Not found out:");
}

static int run(bool as_json)
{
	json_t *object;
	bool readable;

	if (cli_module_missing())
		return CLI_FAILED;
	object = look();
	readable = json_object_get(object, "table");
	if (as_json) {
		json_print(object);
	} else {
		put_text(object);
		json_decref(object);
	}
	return cli_finish(readable ? CLI_OK : CLI_FAILED);
}

struct status {
	const char *netns;
	bool json;
};

static bool take_option(void *context, int option)
{
	struct status *status = context;

	if (option == OPTION_NETNS)
		status->netns = optarg;
	else
		status->json = true;
	return true;
}

/**
 * status_run() - the subcommand
 * @argc: number of arguments
 * @argv: "status" and its arguments
 *
 * Return: exit status.
 */
int status_run(int argc, char **argv)
{
	struct status status = {};
	int ended;

	ended = page_take(&page, argc, argv, take_option, &status);
	if (ended != PAGE_END)
		return ended;
	if (optind < argc) {
		cli_error("no argument is meant: %s", argv[optind]);
		return cli_usage(page.name);
	}
	if (status.netns && !netns_enter(status.netns))
		return CLI_FAILED;
	return run(status.json);
}
