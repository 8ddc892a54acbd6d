/* SPDX-License-Identifier: GPL-2.0-only */
/* Servers (address and port) and what became of the handshakes with them. */
#ifndef TCPFSM_CLI_LISTENERS_H
#define TCPFSM_CLI_LISTENERS_H

#include "handshakes.h"
#include "key.h"
#include "record.h"

#define LISTENER_COUNTERS(X) TCPFSM_HANDSHAKE_COUNTERS(X)

/* X(name, sentence), as in src/core/handshakes.h. */
#define LISTENER_GAUGES(X)						\
	X(half_open, "half-open now")					\
	X(rtt_p50_us, "median of the handshake's round trip, microseconds") \
	X(rtt_p99_us, "99th percentile of it, microseconds")		\
	X(rtt_max_us, "largest of it, microseconds")

enum listener_figure {
#define X(name, text) LISTENER_##name,
	LISTENER_COUNTERS(X)
	LISTENER_COUNTERS_MAX,
	LISTENER_LAST_COUNTER = LISTENER_COUNTERS_MAX - 1,
	LISTENER_GAUGES(X)
#undef X
	LISTENER_FIGURES_MAX
};

/* Buckets as there; a module of another version may have more. */
#define LISTENER_BUCKETS_MAX 32

/* That of an end, and "%" with the number of an interface. */
#define LISTENER_NAME_MAX (KEY_END_MAX + sizeof("%4294967295"))

/**
 * struct listener - one server, or one peer
 * @name: address and port, or address; of a link-local one [ADDRESS%INTERFACE]:PORT
 * @has: bit set of the figures that are known
 * @figure: by enum listener_figure
 * @buckets: how many there are in @bucket, or 0
 * @bucket: round trips, by power of two
 * @rtt: where the flows were read: their round trips, microseconds
 * @rtts: how many
 */
struct listener {
	char name[LISTENER_NAME_MAX];
	u32 has;
	u64 figure[LISTENER_FIGURES_MAX];
	size_t buckets;
	u64 bucket[LISTENER_BUCKETS_MAX];
	u32 *rtt;
	size_t rtts;
};

/**
 * struct listeners - all of them
 * @one: they
 * @count: how many
 * @missed: handshakes with others, which did not fit where they are counted
 * @slot: by hash of the name: place in @one, from 1; 0 is free
 * @slots: how many, a power of two, or 0
 */
struct listeners {
	struct listener *one;
	size_t count;
	u64 missed;
	u32 *slot;
	size_t slots;
};

bool listeners_exist(void);
bool listeners_read(struct listeners *listeners, const char *path);
void listeners_add_flow(struct listeners *listeners, const char *name,
			const struct record *record);
void listeners_conclude(struct listeners *listeners);
void listeners_free(struct listeners *listeners);

#endif
