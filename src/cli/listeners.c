// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures of servers: as /proc/net/tcpfsm_listeners counts them since the module
 * was loaded, or added up from the flows that are in the table now.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "listeners.h"

#define PATH "/proc/net/tcpfsm_listeners"

static const char *const names[] = {
#define X(name, text) [LISTENER_##name] = #name,
	LISTENER_COUNTERS(X)
	LISTENER_GAUGES(X)
#undef X
};

/**
 * listeners_exist() - does the module count them?
 */
bool listeners_exist(void)
{
	return !access(PATH, F_OK);
}

static struct listener *add(struct listeners *listeners, const char *name)
{
	struct listener *one;

	/* Grows by halves: room for the powers of two. */
	if (!(listeners->count & (listeners->count - 1)))
		listeners->one = cli_alloc(listeners->one, (listeners->count ?
					   2 * listeners->count : 1) * sizeof(*one));
	one = &listeners->one[listeners->count++];
	memset(one, 0, sizeof(*one));
	scnprintf(one->name, sizeof(one->name), "%s", name);
	return one;
}

static void take_buckets(struct listener *one, const char *value)
{
	char *end;

	while (*value && one->buckets < LISTENER_BUCKETS_MAX) {
		one->bucket[one->buckets++] = strtoull(value, &end, 10);
		if (end == value)
			break;
		value = end + (*end == ',');
	}
}

/* A link-local address is one server on each interface, and each has a name of its own. */
static void name_interface(char name[LISTENER_NAME_MAX], u32 ifindex)
{
	char copy[LISTENER_NAME_MAX], *bracket;

	scnprintf(copy, sizeof(copy), "%s", name);
	bracket = strchr(copy, ']');
	if (!bracket)
		return;
	*bracket = '\0';
	scnprintf(name, sizeof(copy), "%s%%%u]%s", copy, ifindex, bracket + 1);
}

/* fe80::/10 (RFC 4291 2.4): of a flow both ends have the interface, and one may not need it. */
static bool is_link_local(const char *name)
{
	return !strncmp(name, "[fe", 3) && name[3] && strchr("89ab", name[3]);
}

/* key=value; a key that is not known here is passed over. */
static void take_figure(struct listener *one, char *word)
{
	char *equals = strchr(word, '=');
	unsigned int i;

	if (!equals)
		return;
	*equals = '\0';
	if (!strcmp(word, "rtt_log2"))
		take_buckets(one, equals + 1);
	if (!strcmp(word, "ifindex"))
		name_interface(one->name, strtoul(equals + 1, NULL, 10));
	for (i = 0; i < LISTENER_FIGURES_MAX; i++)
		if (!strcmp(word, names[i])) {
			one->figure[i] = strtoull(equals + 1, NULL, 10);
			one->has |= 1U << i;
		}
}

static void take_line(struct listeners *listeners, char *line)
{
	const char *missed = strstr(line, " missed=");
	char *rest = NULL, *word;
	struct listener *one;

	if (*line == '#') {
		if (missed)
			listeners->missed = strtoull(missed + strlen(" missed="), NULL, 10);
		return;
	}
	word = strtok_r(line, " \n", &rest);
	if (!word)
		return;
	one = add(listeners, word);
	while ((word = strtok_r(NULL, " \n", &rest)))
		take_figure(one, word);
}

/**
 * listeners_read() - what the module counts
 * @listeners: filled in, to be freed
 * @path: of a copy, or NULL
 *
 * Return: false after telling why not.
 */
bool listeners_read(struct listeners *listeners, const char *path)
{
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	memset(listeners, 0, sizeof(*listeners));
	file = fopen(path ?: PATH, "re");
	if (!file) {
		cli_unreadable(path ?: PATH, path);
		return false;
	}
	while (getline(&line, &size, file) > 0)
		take_line(listeners, line);
	free(line);
	fclose(file);
	return true;
}

/* FNV-1a: whoever could aim at it has flooded the flow table before. */
static size_t hash_of(const char *name)
{
	u32 hash = 2166136261U;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619U;
	return hash;
}

static u32 *slot_of(const struct listeners *listeners, const char *name)
{
	size_t i = hash_of(name) & (listeners->slots - 1);

	while (listeners->slot[i] && strcmp(listeners->one[listeners->slot[i] - 1].name, name))
		i = (i + 1) & (listeners->slots - 1);
	return &listeners->slot[i];
}

/* At most half of the slots are taken. */
static void grow(struct listeners *listeners)
{
	size_t i;

	listeners->slots = listeners->slots ? 2 * listeners->slots : 64;
	free(listeners->slot);
	listeners->slot = cli_alloc(NULL, listeners->slots * sizeof(*listeners->slot));
	memset(listeners->slot, 0, listeners->slots * sizeof(*listeners->slot));
	for (i = 0; i < listeners->count; i++)
		*slot_of(listeners, listeners->one[i].name) = i + 1;
}

static struct listener *find(struct listeners *listeners, const char *name)
{
	u32 *slot;

	if (2 * listeners->count >= listeners->slots)
		grow(listeners);
	slot = slot_of(listeners, name);
	if (!*slot) {
		add(listeners, name);
		*slot = listeners->count;
	}
	return &listeners->one[*slot - 1];
}

static bool is_half_open(const struct record *record)
{
	return record->state[TCPFSM_CLIENT] == TCPFSM_SYN_SENT ||
	       record->state[TCPFSM_SERVER] == TCPFSM_SYN_RECV;
}

/* The whole round trip, where both halves were measured. */
static void take_rtt(struct listener *one, const struct record *record)
{
	u64 server, client;

	if (!record_number(record, "rtt_server_us", &server) ||
	    !record_number(record, "rtt_client_us", &client))
		return;
	one->figure[LISTENER_completed] += !is_half_open(record);
	if (!(one->rtts & (one->rtts - 1)))
		one->rtt = cli_alloc(one->rtt, (one->rtts ? 2 * one->rtts : 1) * sizeof(*one->rtt));
	one->rtt[one->rtts++] = server + client;
}

/**
 * listeners_add_flow() - count a flow of the table
 * @listeners: changed
 * @name: under which; at most KEY_END_MAX bytes
 * @record: the flow
 */
void listeners_add_flow(struct listeners *listeners, const char *name, const struct record *record)
{
	char full[LISTENER_NAME_MAX];
	struct listener *one;
	u64 n;

	scnprintf(full, sizeof(full), "%s", name);
	if (is_link_local(name) && record_number(record, "ifindex", &n))
		name_interface(full, n);
	one = find(listeners, full);
	one->has = 1U << LISTENER_begun | 1U << LISTENER_completed | 1U << LISTENER_refused |
		   1U << LISTENER_timed_out | 1U << LISTENER_syn_rtx | 1U << LISTENER_synack_rtx |
		   1U << LISTENER_half_open;
	if (!record_has_word(record, "flags", "midstream"))
		one->figure[LISTENER_begun]++;
	one->figure[LISTENER_refused] += record->outcome == TCPFSM_VERDICT_REFUSED;
	one->figure[LISTENER_timed_out] += record->outcome == TCPFSM_VERDICT_SYN_TIMEOUT ||
					   record->outcome == TCPFSM_VERDICT_SYNACK_TIMEOUT;
	one->figure[LISTENER_half_open] += is_half_open(record);
	if (record_pair(record, "rtx", 0, &n))
		one->figure[LISTENER_syn_rtx] += n;
	if (record_pair(record, "rtx", 1, &n))
		one->figure[LISTENER_synack_rtx] += n;
	take_rtt(one, record);
}

static int compare(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The least of n values that so many percent are not above. */
static size_t rank(size_t n, unsigned int percent)
{
	return (n * percent + 99) / 100 - 1;
}

/**
 * listeners_conclude() - all flows are counted
 * @listeners: changed: percentiles
 */
void listeners_conclude(struct listeners *listeners)
{
	size_t i;

	for (i = 0; i < listeners->count; i++) {
		struct listener *one = &listeners->one[i];

		if (!one->rtts)
			continue;
		qsort(one->rtt, one->rtts, sizeof(*one->rtt), compare);
		one->figure[LISTENER_rtt_p50_us] = one->rtt[rank(one->rtts, 50)];
		one->figure[LISTENER_rtt_p99_us] = one->rtt[rank(one->rtts, 99)];
		one->figure[LISTENER_rtt_max_us] = one->rtt[one->rtts - 1];
		one->has |= 1U << LISTENER_rtt_p50_us | 1U << LISTENER_rtt_p99_us |
			    1U << LISTENER_rtt_max_us;
	}
}

/**
 * listeners_free() - give back their memory
 * @listeners: all of them
 */
void listeners_free(struct listeners *listeners)
{
	size_t i;

	for (i = 0; i < listeners->count; i++)
		free(listeners->one[i].rtt);
	free(listeners->one);
	free(listeners->slot);
}
