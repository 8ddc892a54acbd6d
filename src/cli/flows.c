// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow table of a replay: what src/kmod/table.c, hooks.c and clock.c do,
 * with one reader, no lock, no limit, and the capture's time for time.
 */
#include <stdlib.h>
#include <sys/random.h>

#include "cli.h"
#include "flows.h"

#define BUCKETS_MIN 1024

/* The largest value of the times in net.tcpfsm.*. */
#define SETTING_MAX (365 * 24 * 3600)

/**
 * flows_init() - no flow yet
 * @flows: filled in; @report and what goes with it is the caller's
 */
void flows_init(struct flows *flows)
{
	memset(flows, 0, sizeof(*flows));
	tcpfsm_limits_default(&flows->limits);
	/* Whoever made the capture cannot aim at a bucket. */
	if (getrandom(flows->secret, sizeof(flows->secret), 0) < 0)
		flows->secret[0] = (u64)(uintptr_t)flows;
	flows->mask = BUCKETS_MIN - 1;
	flows->buckets = cli_alloc(NULL, BUCKETS_MIN * sizeof(*flows->buckets));
	memset(flows->buckets, 0, BUCKETS_MIN * sizeof(*flows->buckets));
}

static const struct {
	const char *name;
	size_t offset;
} settings[] = {
	{ "time_wait", offsetof(struct tcpfsm_limits, time_wait_s) },
	{ "linger", offsetof(struct tcpfsm_limits, linger_s) },
#define X(state, word, seconds) \
	{ "timeout_" #word, offsetof(struct tcpfsm_limits, idle_s[TCPFSM_##state]) },
	TCPFSM_LIMITS(X)
#undef X
};

static u32 *setting_of(struct tcpfsm_limits *limits, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (strlen(settings[i].name) == len && !strncmp(settings[i].name, name, len))
			return (u32 *)((char *)limits + settings[i].offset);
	return NULL;
}

static bool no_setting(const char *name, int len)
{
	char names[512];
	size_t used = 0, i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		used += scnprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
				  settings[i].name);
	cli_error("--set %.*s: no such setting; there are %s", len, name, names);
	return false;
}

/**
 * flows_set() - change a limit
 * @flows: without flows
 * @setting: as for sysctl: NAME=SECONDS, where net.tcpfsm.NAME is one
 *
 * Return: false after telling that there is no such setting, or what its values are.
 */
bool flows_set(struct flows *flows, const char *setting)
{
	size_t len = strcspn(setting, "=");
	u32 *value = setting_of(&flows->limits, setting, len);
	const char *text = setting + len + (setting[len] == '=');
	unsigned long seconds;
	char *end;

	if (!value)
		return no_setting(setting, len);
	seconds = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || seconds > SETTING_MAX) {
		cli_error("--set %s: seconds from 0 to %d are meant, as %.*s=60", setting,
			  SETTING_MAX, (int)len, setting);
		return false;
	}
	*value = seconds;
	return true;
}

static u64 mix(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

/* Which end is hashed first must not depend on who sent the segment. */
static bool is_swapped(const struct flow_key *key)
{
	int order = memcmp(key->addr[0], key->addr[1], sizeof(key->addr[0]));

	return order ? order > 0 : key->port[0] > key->port[1];
}

static u64 hash_of(const struct flows *flows, const struct flow_key *key)
{
	unsigned int a = is_swapped(key);
	u64 word[5];

	memcpy(&word[0], key->addr[a], 16);
	memcpy(&word[2], key->addr[!a], 16);
	word[4] = (u64)key->family << 32 | (u32)key->port[a] << 16 | key->port[!a];
	word[0] = mix(word[0] ^ flows->secret[0], word[1] ^ flows->secret[1]);
	word[2] = mix(word[2] ^ flows->secret[1], word[3] ^ word[0]);
	return mix(word[4] ^ flows->secret[0], word[2] ^ flows->secret[1]);
}

static bool same_end(const struct flow_key *a, unsigned int i, const struct flow_key *b,
		     unsigned int j)
{
	return a->port[i] == b->port[j] && !memcmp(a->addr[i], b->addr[j], sizeof(a->addr[i]));
}

/* Is this a flow between these ends, and which role has the sender of @key? */
static bool is_between(const struct flows_entry *entry, const struct flow_key *key, u64 hash,
		       unsigned int *who)
{
	if (entry->hash != hash || entry->key.family != key->family)
		return false;
	for (*who = TCPFSM_CLIENT; *who <= TCPFSM_SERVER; ++*who)
		if (same_end(&entry->key, *who, key, 0) && same_end(&entry->key, !*who, key, 1))
			return true;
	return false;
}

/* The flow between two ends: the newest, or who has its place. */
static struct flows_entry *find(const struct flows *flows, const struct flow_key *key, u64 hash,
				unsigned int *who)
{
	struct flows_entry *entry = flows->buckets[hash & flows->mask];

	while (entry && (entry->hidden || !is_between(entry, key, hash, who)))
		entry = entry->chain;
	return entry;
}

/* Twice as many buckets. Chains keep their order, newest first. */
static void grow(struct flows *flows)
{
	size_t old = flows->mask + 1, i;

	flows->buckets = cli_alloc(flows->buckets, 2 * old * sizeof(*flows->buckets));
	flows->mask = 2 * old - 1;
	for (i = 0; i < old; i++) {
		struct flows_entry **low = &flows->buckets[i], **high = &flows->buckets[i + old];
		struct flows_entry *entry = *low;

		for (; entry; entry = entry->chain) {
			if (entry->hash & old) {
				*high = entry;
				high = &entry->chain;
			} else {
				*low = entry;
				low = &entry->chain;
			}
		}
		*low = NULL;
		*high = NULL;
	}
}

static void insert(struct flows *flows, struct flows_entry *entry)
{
	struct flows_entry **bucket;

	if (flows->waiting > flows->mask)
		grow(flows);
	bucket = &flows->buckets[entry->hash & flows->mask];
	entry->chain = *bucket;
	*bucket = entry;
	entry->id = ++flows->begun;
	if (!flows->forget) {
		if (flows->last)
			flows->last->next = entry;
		else
			flows->first = entry;
		flows->last = entry;
	}
	clock_add(flows, entry);
}

/* No segment finds it any more; it may still be shown. */
static void forget(struct flows *flows, struct flows_entry *entry)
{
	struct flows_entry **link = &flows->buckets[entry->hash & flows->mask];

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	clock_remove(flows, entry);
	if (flows->forget)
		free(entry);
}

static void report(const struct flows *flows, struct flows_entry *entry,
		   const struct tcpfsm_segment *seg, const struct tcpfsm_result *result, u64 now_ns)
{
	if (flows->all || result->changes || result->anomalies)
		flows->report(flows->context, entry, seg, result, now_ns);
}

/**
 * flows_advance() - let time pass
 * @flows: the flows
 * @now_ns: the time of the next packet; one that goes back changes nothing
 */
void flows_advance(struct flows *flows, u64 now_ns)
{
	struct flows_entry *entry;
	struct tcpfsm_result result;

	while ((entry = clock_due(flows, now_ns))) {
		u64 due_ns = entry->due_ns;

		if (entry->flow.ended) {
			forget(flows, entry);
			continue;
		}
		tcpfsm_tick(&entry->flow, due_ns, &flows->limits, &result);
		report(flows, entry, NULL, &result, due_ns);
	}
	if (now_ns > flows->now_ns)
		flows->now_ns = now_ns;
}

/* A segment of no known flow. */
static void begin(struct flows *flows, const struct packet *packet, u64 hash,
		  const struct view *view)
{
	const struct flow_key *key = &packet->key;
	enum tcpfsm_birth birth = tcpfsm_birth(&packet->seg);
	struct tcpfsm_sighting at = { .now_ns = flows->now_ns };
	struct tcpfsm_result result;
	struct flows_entry *entry;
	unsigned int who;

	if (birth == TCPFSM_BIRTH_NONE)
		return;
	who = birth == TCPFSM_BIRTH_SERVER ? TCPFSM_SERVER : TCPFSM_CLIENT;
	at.point = view_point(view, key, who);
	entry = cli_alloc(NULL, sizeof(*entry));
	memset(entry, 0, sizeof(*entry));
	entry->hash = hash;
	entry->key = *key;
	if (who == TCPFSM_SERVER) {
		memcpy(entry->key.addr[0], key->addr[1], sizeof(key->addr[1]));
		memcpy(entry->key.addr[1], key->addr[0], sizeof(key->addr[0]));
		entry->key.port[0] = key->port[1];
		entry->key.port[1] = key->port[0];
	}
	tcpfsm_begin(&entry->flow, who, same_end(key, 0, key, 1), &packet->seg, &at, &result);
	/* Options that were not captured may have scaled the window. */
	if (packet->cut)
		entry->flow.flags |= TCPFSM_FLOW_LOOSE;
	insert(flows, entry);
	report(flows, entry, &packet->seg, &result, flows->now_ns);
}

/* A segment of a known flow. Returns false if it ends that one and begins another. */
static bool go_on(struct flows *flows, struct flows_entry *entry, unsigned int who,
		  const struct packet *packet, enum tcpfsm_point point)
{
	const struct tcpfsm_segment *seg = &packet->seg;
	struct tcpfsm_sighting at = { .now_ns = flows->now_ns, .point = point };
	struct tcpfsm_flow *flow = &entry->flow;
	struct tcpfsm_result result;
	bool same = point == TCPFSM_AT_LOOP_IN ||
		    !tcpfsm_is_new_incarnation(flow, who, seg, &at);

	if (same) {
		if (packet->cut && seg->flags & TCPFSM_SYN)
			flow->flags |= TCPFSM_FLOW_LOOSE;
		tcpfsm_see(flow, who, seg, &at, &result);
	} else {
		entry->replaced = !flow->ended && point == TCPFSM_AT_FORWARD;
		flows->replaced |= entry->replaced;
		tcpfsm_give_up(flow, at.now_ns, TCPFSM_VERDICT_REUSED, TCPFSM_CAUSE_REUSE,
			       &result);
	}
	clock_update(flows, entry);
	report(flows, entry, same ? seg : NULL, &result, at.now_ns);
	return same;
}

/* The flow of the same ports that has the place no more, and should: see tcpfsm_outlives(). */
static struct flows_entry *true_life(const struct flows *flows, const struct packet *packet,
				     u64 hash)
{
	struct tcpfsm_sighting at = { .now_ns = flows->now_ns, .point = TCPFSM_AT_FORWARD };
	struct flows_entry *entry = flows->buckets[hash & flows->mask];
	unsigned int who;

	for (; entry; entry = entry->chain)
		if (entry->replaced && is_between(entry, &packet->key, hash, &who) &&
		    tcpfsm_outlives(&entry->flow, who, &packet->seg, &at))
			return entry;
	return NULL;
}

/* Segments find @entry, of all lives of its ports. */
static void put_first(const struct flows *flows, struct flows_entry *entry)
{
	struct flows_entry *other = flows->buckets[entry->hash & flows->mask];
	unsigned int who;

	for (; other; other = other->chain)
		if (is_between(other, &entry->key, entry->hash, &who))
			other->hidden = true;
	entry->hidden = false;
	entry->replaced = false;
}

/* If both ends go on in another life than the one that has the place: that one was forged. */
static void give_back(struct flows *flows, const struct packet *packet, u64 hash)
{
	struct flows_entry *other = true_life(flows, packet, hash), *entry;
	struct tcpfsm_result result;
	unsigned int who;

	if (!other)
		return;
	entry = find(flows, &packet->key, hash, &who);
	if (entry && entry != other && !entry->flow.ended) {
		tcpfsm_give_up(&entry->flow, flows->now_ns, TCPFSM_VERDICT_FORGED,
			       TCPFSM_CAUSE_REUSE, &result);
		clock_update(flows, entry);
		report(flows, entry, NULL, &result, flows->now_ns);
		entry->replaced = true;
	}
	put_first(flows, other);
}

/**
 * flows_see() - a segment passed
 * @flows: the flows, advanced to its time
 * @packet: the segment
 * @view: where that was seen
 */
void flows_see(struct flows *flows, const struct packet *packet, const struct view *view)
{
	u64 hash = hash_of(flows, &packet->key);
	struct flows_entry *entry;
	unsigned int who;

	if (flows->replaced)
		give_back(flows, packet, hash);
	entry = find(flows, &packet->key, hash, &who);
	if (!entry || !go_on(flows, entry, who, packet, view_point(view, &packet->key, who)))
		begin(flows, packet, hash, view);
	/* Where both ends live, what leaves comes in again. */
	if (view_point(view, &packet->key, TCPFSM_CLIENT) != TCPFSM_AT_LOOP_OUT)
		return;
	entry = find(flows, &packet->key, hash, &who);
	if (entry)
		go_on(flows, entry, who, packet, TCPFSM_AT_LOOP_IN);
}

/**
 * flows_damaged() - a segment passed whose checksum is wrong: it proves nothing, but is told
 * @flows: the flows, advanced to its time
 * @packet: the segment
 */
void flows_damaged(struct flows *flows, const struct packet *packet)
{
	struct tcpfsm_result result = { .anomalies = 1U << TCPFSM_ANOMALY_BAD_CHECKSUM };
	struct flows_entry *entry;
	unsigned int who;

	entry = find(flows, &packet->key, hash_of(flows, &packet->key), &who);
	if (!entry)
		return;
	result.who = who;
	tcpfsm_history_note(&entry->flow, tcpfsm_index(&entry->flow, who),
			    TCPFSM_LETTER_CHECKSUM);
	report(flows, entry, &packet->seg, &result, flows->now_ns);
}

/**
 * flows_icmp() - an ICMP error about a segment passed
 * @flows: the flows, advanced to its time
 * @packet: the error
 */
void flows_icmp(struct flows *flows, const struct packet *packet)
{
	struct flows_entry *entry;
	unsigned int who;

	entry = find(flows, &packet->key, hash_of(flows, &packet->key), &who);
	if (entry)
		tcpfsm_icmp_take(&entry->flow, who, &packet->icmp, packet->from);
}

/**
 * flows_free() - give back all memory
 * @flows: the flows
 */
void flows_free(struct flows *flows)
{
	struct flows_entry *entry = flows->first, *next;
	size_t i;

	for (i = 0; flows->forget && i < flows->waiting; i++)
		free(flows->heap[i]);
	for (; entry; entry = next) {
		next = entry->next;
		free(entry);
	}
	free(flows->heap);
	free(flows->buckets);
}
