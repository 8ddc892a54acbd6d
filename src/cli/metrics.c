// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm metrics: counters, states and listeners, for Prometheus and its relatives. */
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "counters.h"
#include "listeners.h"
#include "netns.h"
#include "output.h"
#include "page.h"
#include "table.h"
#include "trace.h"

/* X(name, sentence), cut out of src/kmod/stats.h by the Makefile. */
#include "counters.inc"

#define LISTENERS_DEFAULT 50
#define LISTENERS_LIMIT 10000

enum {
	OPTION_FORMAT = PAGE_FIRST, OPTION_NETNS, OPTION_LISTENERS, OPTION_NO_FLOWS, OPTION_OUTPUT,
};

static const struct page_option options[] = {
	{ OPTION_FORMAT, "format", "FORMAT",
	  "openmetrics (default), or prometheus, for the textfile collector of node_exporter" },
	{ OPTION_NETNS, "netns", "NS",
	  "of this network namespace, which becomes a label: a name of `ip netns`, a process number, or a path" },
	{ OPTION_LISTENERS, "listeners", "N",
	  "so many servers, those with the most handshakes; the others are added up as \"other\" (50)" },
	{ OPTION_NO_FLOWS, "no-flows", NULL,
	  "do not read the table to count the states of endpoints; who is not root wants --listeners 0, too" },
	{ OPTION_OUTPUT, "output", "FILE",
	  "into this file, which is replaced at once when all has been written, and left alone if something fails; a link is followed, what is no regular file is refused" },
	{}
};

static const struct page page = {
	.name = "metrics",
	.arguments = "",
	.about = "Prints the module's counters, the states of endpoints, and what it counts of each\n"
		 "server, as OpenMetrics text. The number of series is bounded: one for each counter,\n"
		 "22 for states, and for --listeners servers.",
	.options = options,
	.statuses = "  0  all was printed\n"
		    "  1  the module is not loaded, something cannot be read, or the result not be\n"
		    "     written\n"
		    "  3  wrong usage",
};

/**
 * struct metrics - a run
 * @openmetrics: or the older format
 * @netns: for a label, or NULL
 * @listeners: how many at most
 * @flows: the table is read
 * @output: path of a file, or NULL for standard output
 */
struct metrics {
	bool openmetrics;
	const char *netns;
	unsigned long listeners;
	bool flows;
	const char *output;
};

/* A counter's samples end in _total; in the older format its name does, too. */
static void describe(const struct metrics *metrics, const char *name, const char *type,
		     const char *text)
{
	const char *end = !metrics->openmetrics && !strcmp(type, "counter") ? "_total" : "";

	printf("# HELP tcpfsm_%s%s %s\n# TYPE tcpfsm_%s%s %s\n", name, end, text, name, end, type);
}

/* @labels: as a="b",c="d", or empty */
static void sample(const struct metrics *metrics, const char *name, const char *labels, u64 value)
{
	printf("tcpfsm_%s", name);
	if (metrics->netns && *labels)
		printf("{netns=\"%s\",%s}", metrics->netns, labels);
	else if (metrics->netns)
		printf("{netns=\"%s\"}", metrics->netns);
	else if (*labels)
		printf("{%s}", labels);
	printf(" %llu\n", (unsigned long long)value);
}

static void put_counter(const struct metrics *metrics, const struct counters *counters,
			const char *name, const char *text)
{
	char total[64];

	describe(metrics, name, "counter", text);
	scnprintf(total, sizeof(total), "%s_total", name);
	sample(metrics, total, "", counters_value(counters, name));
}

static int put_counters(const struct metrics *metrics)
{
	struct counters counters;
	int status = counters_read(&counters, "tcpfsm");

	if (status)
		return status;
	describe(metrics, "flows", "gauge", "flows in the table now, ended ones included");
	sample(metrics, "flows", "", counters_value(&counters, "entries"));
#define X(name, text) put_counter(metrics, &counters, #name, text);
	TCPFSM_COUNTERS(X)
#undef X
	counters_free(&counters);
	return CLI_OK;
}

/* A module that is older than this command has no such file. */
static int put_icmp(const struct metrics *metrics)
{
	struct counters counters;
	int status;

	if (access("/proc/net/stat/tcpfsm_icmp", F_OK))
		return CLI_OK;
	status = counters_read(&counters, "tcpfsm_icmp");
	if (status)
		return status;
#define X(name, text) put_counter(metrics, &counters, #name, text);
	TCPFSM_ICMP_COUNTERS(X)
#undef X
	counters_free(&counters);
	return CLI_OK;
}

/* A file whose columns become a label. */
static int put_labelled(const struct metrics *metrics, const char *file, const char *name,
			const char *label)
{
	struct counters counters;
	char labels[128];
	size_t i;
	int status = counters_read(&counters, file);

	/* Behind the number of flows. */
	for (i = 1; !status && i < counters.count; i++) {
		scnprintf(labels, sizeof(labels), "%s=\"%s\"", label, counters.name[i]);
		sample(metrics, name, labels, counters.value[i]);
	}
	if (!status)
		counters_free(&counters);
	return status;
}

/* Columns are FROM_to_TO. */
static int put_transitions(const struct metrics *metrics, const char *file)
{
	struct counters counters;
	char labels[128];
	size_t i;
	int status = counters_read(&counters, file);

	/* Behind the number of flows. */
	for (i = 1; !status && i < counters.count; i++) {
		const char *name = counters.name[i], *to = strstr(name, "_to_");

		if (to)
			scnprintf(labels, sizeof(labels), "from=\"%.*s\",to=\"%s\"",
				  (int)(to - name), name, to + strlen("_to_"));
		else
			scnprintf(labels, sizeof(labels), "from=\"%s\",to=\"%s\"", name, name);
		sample(metrics, "transitions_total", labels, counters.value[i]);
	}
	if (!status)
		counters_free(&counters);
	return status;
}

static int put_lists(const struct metrics *metrics)
{
	int status;

	describe(metrics, "flows_ended", "counter", "flows that have ended, by verdict");
	status = put_labelled(metrics, "tcpfsm_verdicts", "flows_ended_total", "outcome");
	if (status)
		return status;
	describe(metrics, "anomalies", "counter", "anomalies");
	status = put_labelled(metrics, "tcpfsm_anomalies", "anomalies_total", "anomaly");
	if (status)
		return status;
	describe(metrics, "transitions", "counter", "transitions of endpoints");
	status = put_transitions(metrics, "tcpfsm_transitions");
	return status ? status : put_transitions(metrics, "tcpfsm_exceptions");
}

/* A figure of the table's first line. */
static void put_header(const struct metrics *metrics, const struct table *table,
		       const char *name, const char *text)
{
	u64 value;

	if (!table_header(table, name, &value))
		return;
	describe(metrics, name, "gauge", text);
	sample(metrics, name, "", value);
}

static int put_states(const struct metrics *metrics)
{
	u64 count[2][TCPFSM_STATE_MAX] = {};
	enum table_next next;
	struct record record;
	struct table table;
	unsigned int who, state;
	char labels[128];
	int status = table_open(&table, NULL);

	if (status)
		return status;
	put_header(metrics, &table, "half_open", "flows whose handshake is not complete");
	put_header(metrics, &table, "max_flows", "flows that the table has room for");
	while ((next = table_next(&table, &record)) == TABLE_FLOW) {
		for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
			count[who][record.state[who]]++;
		record_free(&record);
	}
	table_close(&table);
	describe(metrics, "endpoints", "gauge", "ends of flows in the table now, by state");
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		for (state = 1; state < TCPFSM_STATE_MAX; state++) {
			scnprintf(labels, sizeof(labels), "endpoint=\"%s\",state=\"%s\"",
				  tcpfsm_role_name(who), tcpfsm_state_name(state));
			sample(metrics, "endpoints", labels, count[who][state]);
		}
	return next == TABLE_END ? CLI_OK : CLI_FAILED;
}

static int compare(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	return x->figure[LISTENER_begun] > y->figure[LISTENER_begun] ? -1 :
	       x->figure[LISTENER_begun] < y->figure[LISTENER_begun];
}

/*
 * Of all network namespaces: a ring buffer belongs to none. It has the label all the
 * same, or two files of one host would hold the same series.
 */
static void put_losses(const struct metrics *metrics)
{
	unsigned int listening;
	u64 lost;

	if (!trace_losses(&listening, &lost))
		return;
	describe(metrics, "watching", "gauge", "tcpfsm watch and others that listen to events now");
	sample(metrics, "watching", "", listening);
	describe(metrics, "events_lost", "counter",
		 "events that they have lost, each since it began");
	sample(metrics, "events_lost_total", "", lost);
}

static void add_buckets(struct listener *sum, const struct listener *one)
{
	size_t n;

	for (n = 0; n < LISTENER_BUCKETS_MAX; n++)
		sum->bucket[n] += one->bucket[n];
}

/* Those behind the limit become one. */
static void limit(const struct metrics *metrics, struct listeners *listeners)
{
	struct listener *other;
	size_t i, n;

	if (listeners->count)
		qsort(listeners->one, listeners->count, sizeof(*listeners->one), compare);
	if (listeners->count <= metrics->listeners)
		return;
	other = &listeners->one[metrics->listeners];
	scnprintf(other->name, sizeof(other->name), "other");
	for (i = metrics->listeners + 1; i < listeners->count; i++) {
		for (n = 0; n < LISTENER_COUNTERS_MAX; n++)
			other->figure[n] += listeners->one[i].figure[n];
		other->figure[LISTENER_half_open] += listeners->one[i].figure[LISTENER_half_open];
		add_buckets(other, &listeners->one[i]);
	}
	/* Percentiles cannot be added. */
	other->has &= ~(1U << LISTENER_rtt_p50_us | 1U << LISTENER_rtt_p99_us |
			1U << LISTENER_rtt_max_us);
	for (i = metrics->listeners + 1; i < listeners->count; i++)
		free(listeners->one[i].rtt);
	listeners->count = metrics->listeners + 1;
}

static void put_figure(const struct metrics *metrics, const struct listeners *listeners,
		       unsigned int figure, const char *name, const char *text)
{
	const char *type = figure < LISTENER_COUNTERS_MAX ? "counter" : "gauge";
	char metric[64], labels[128];
	size_t i;

	scnprintf(metric, sizeof(metric), "listener_%s", name);
	describe(metrics, metric, type, text);
	scnprintf(metric, sizeof(metric), "listener_%s%s", name,
		  figure < LISTENER_COUNTERS_MAX ? "_total" : "");
	for (i = 0; i < listeners->count; i++) {
		if (!(listeners->one[i].has & 1U << figure))
			continue;
		scnprintf(labels, sizeof(labels), "server=\"%s\"", listeners->one[i].name);
		sample(metrics, metric, labels, listeners->one[i].figure[figure]);
	}
}

/* @name: of the metric; @label: as a="b", or empty */
static void put_histogram(const struct metrics *metrics, const char *name, const char *label,
			  const struct listener *one)
{
	const char *comma = *label ? "," : "";
	char metric[64], labels[160];
	u64 sum = 0;
	size_t i;

	if (!one->buckets)
		return;
	scnprintf(metric, sizeof(metric), "%s_bucket", name);
	for (i = 0; i < one->buckets; i++) {
		sum += one->bucket[i];
		if (i + 1 < one->buckets)
			scnprintf(labels, sizeof(labels), "%s%sle=\"%.6f\"", label, comma,
				  (double)(1ULL << i) / 1e6);
		else
			scnprintf(labels, sizeof(labels), "%s%sle=\"+Inf\"", label, comma);
		sample(metrics, metric, labels, sum);
	}
	/* OpenMetrics has it only together with a sum of the values, which nobody keeps. */
	if (metrics->openmetrics)
		return;
	scnprintf(metric, sizeof(metric), "%s_count", name);
	sample(metrics, metric, label, sum);
}

/*
 * The round trips of all servers: unlike those of one of them, or of the others, no
 * matter which servers have a series of their own.
 */
static void put_all(const struct metrics *metrics, const struct listeners *listeners)
{
	struct listener all = {};
	size_t i;

	for (i = 0; i < listeners->count; i++) {
		if (listeners->one[i].buckets > all.buckets)
			all.buckets = listeners->one[i].buckets;
		add_buckets(&all, &listeners->one[i]);
	}
	describe(metrics, "handshake_rtt_seconds", "histogram",
		 "round trip of the handshake, all servers");
	put_histogram(metrics, "handshake_rtt_seconds", "", &all);
}

static int put_listeners(const struct metrics *metrics)
{
	struct listeners listeners;
	char label[96];
	size_t i;

	describe(metrics, "listeners_counted", "gauge",
		 "whether the module counts by server (/proc/net/tcpfsm_listeners)");
	sample(metrics, "listeners_counted", "", listeners_exist());
	if (!listeners_exist() || (!metrics->listeners && !metrics->flows))
		return CLI_OK;
	if (!listeners_read(&listeners, NULL))
		return CLI_FAILED;
	put_all(metrics, &listeners);
	if (!metrics->listeners) {
		listeners_free(&listeners);
		return CLI_OK;
	}
	limit(metrics, &listeners);
#define X(name, text) put_figure(metrics, &listeners, LISTENER_##name, #name, text);
	LISTENER_COUNTERS(X)
	LISTENER_GAUGES(X)
#undef X
	describe(metrics, "listener_rtt_seconds", "histogram", "round trip of the handshake");
	for (i = 0; i < listeners.count; i++) {
		scnprintf(label, sizeof(label), "server=\"%s\"", listeners.one[i].name);
		put_histogram(metrics, "listener_rtt_seconds", label, &listeners.one[i]);
	}
	describe(metrics, "listeners_missed", "counter", "handshakes with servers that there was no room for");
	sample(metrics, "listeners_missed_total", "", listeners.missed);
	listeners_free(&listeners);
	return CLI_OK;
}

static int run(const struct metrics *metrics)
{
	int status = put_counters(metrics);

	if (!status)
		status = put_icmp(metrics);
	if (!status)
		status = put_lists(metrics);
	if (!status && metrics->flows)
		status = put_states(metrics);
	if (!status)
		status = put_listeners(metrics);
	if (!status)
		put_losses(metrics);
	/* Without its end, a reader knows that something is missing. */
	if (!status && metrics->openmetrics)
		puts("# EOF");
	return cli_finish(status);
}

static bool take_option(void *context, int option)
{
	struct metrics *metrics = context;
	char *end;

	switch (option) {
	case OPTION_FORMAT:
		metrics->openmetrics = !strcmp(optarg, "openmetrics");
		if (metrics->openmetrics || !strcmp(optarg, "prometheus"))
			return true;
		cli_error("--format %s: openmetrics or prometheus is meant", optarg);
		return false;
	case OPTION_NETNS:
		metrics->netns = optarg;
		if (!strpbrk(optarg, "\"\\\n"))
			return true;
		cli_error("--netns %s: cannot be a label", optarg);
		return false;
	case OPTION_LISTENERS:
		metrics->listeners = strtoul(optarg, &end, 10);
		if (*optarg >= '0' && *optarg <= '9' && !*end && metrics->listeners <= LISTENERS_LIMIT)
			return true;
		cli_error("--listeners %s: a number from 0 to %d is meant", optarg, LISTENERS_LIMIT);
		return false;
	case OPTION_NO_FLOWS:
		metrics->flows = false;
		return true;
	case OPTION_OUTPUT:
		metrics->output = optarg;
		return true;
	default:
		return false;
	}
}

/**
 * metrics_run() - the subcommand
 * @argc: number of arguments
 * @argv: "metrics" and its arguments
 *
 * Return: exit status.
 */
int metrics_run(int argc, char **argv)
{
	struct metrics metrics = {
		.openmetrics = true, .listeners = LISTENERS_DEFAULT, .flows = true
	};
	char *output;
	int status;

	status = page_take(&page, argc, argv, take_option, &metrics);
	if (status != PAGE_END)
		return status;
	if (optind < argc) {
		cli_error("no argument is meant: %s", argv[optind]);
		return cli_usage(page.name);
	}
	if (metrics.netns && !netns_enter(metrics.netns))
		return CLI_FAILED;
	if (!metrics.output)
		return run(&metrics);
	output = output_begin(metrics.output);
	if (!output)
		return CLI_FAILED;
	return output_end(output, run(&metrics));
}
