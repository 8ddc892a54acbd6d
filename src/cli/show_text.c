// SPDX-License-Identifier: GPL-2.0-only
/* Text: transitions as the module's log has them, flows as /proc/tcpfsm. */
#include <netinet/in.h>
#include <time.h>

#include "icmp.h"
#include "show.h"

/* Of /proc/tcpfsm, see docs/interfaces.md. */
#define FORMAT_VERSION 1

/**
 * show_time() - a time as ISO 8601 writes it, in UTC
 * @buf: SHOW_TIME_MAX bytes
 * @time_ns: since 1970
 */
void show_time(char *buf, u64 time_ns)
{
	/* Most lines fall into the second of the one before. */
	static char second[SHOW_TIME_MAX];
	static time_t last = -1;
	time_t now = time_ns / NSEC_PER_SEC;
	struct tm tm;

	if (now != last) {
		gmtime_r(&now, &tm);
		strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", &tm);
		last = now;
	}
	scnprintf(buf, SHOW_TIME_MAX, "%.30s.%06uZ", second,
		  (unsigned int)(time_ns % NSEC_PER_SEC / NSEC_PER_USEC));
}

/**
 * show_line() - a flow as a line of /proc/tcpfsm
 * @buf: TCPFSM_LINE_MAX bytes
 * @size: of @buf
 * @entry: the flow
 * @now_ns: what its age counts up to
 *
 * Return: bytes written.
 */
int show_line(char *buf, size_t size, const struct flows_entry *entry, u64 now_ns)
{
	char client[KEY_END_MAX], server[KEY_END_MAX], from[INET6_ADDRSTRLEN];
	const void *reporter = tcpfsm_icmp_from(&entry->flow);
	int len;

	key_print_end(client, &entry->key, TCPFSM_CLIENT);
	key_print_end(server, &entry->key, TCPFSM_SERVER);
	len = tcpfsm_line(buf, size, &entry->flow, entry->id,
			  (now_ns - entry->flow.born_ns) / NSEC_PER_MSEC, client, server);
	if (reporter) {
		key_print_address(from, &entry->key, reporter);
		len += scnprintf(buf + len, size - len, " icmp_from=%s", from);
	}
	return len;
}

static void text_step(void *context __attribute__((unused)), struct flows_entry *entry,
		      const struct tcpfsm_segment *seg __attribute__((unused)),
		      const struct tcpfsm_result *result, u64 now_ns)
{
	char line[TCPFSM_CHANGE_LINE_MAX];
	char client[KEY_END_MAX], server[KEY_END_MAX], when[SHOW_TIME_MAX];
	unsigned int i;

	show_time(when, now_ns);
	key_print_end(client, &entry->key, TCPFSM_CLIENT);
	key_print_end(server, &entry->key, TCPFSM_SERVER);
	for (i = 0; i < result->changes; i++) {
		tcpfsm_change_line(line, sizeof(line), &result->change[i], client, server);
		printf("%s %s\n", when, line);
	}
	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
		if (result->anomalies & 1U << i)
			printf("%s %s -> %s anomaly %s\n", when, client, server,
			       tcpfsm_anomaly_name(i));
}

static void text_begin(u64 number, u64 half_open)
{
	printf("# tcpfsm %d flows=%llu half_open=%llu\n", FORMAT_VERSION,
	       (unsigned long long)number, (unsigned long long)half_open);
	puts("# client_state server_state     age_ms client -> server ...");
}

static void text_flow(const struct flows_entry *entry, u64 now_ns)
{
	char line[TCPFSM_LINE_MAX];

	show_line(line, sizeof(line), entry, now_ns);
	puts(line);
}

const struct show_format show_text = {
	.step = text_step,
	.begin = text_begin,
	.flow = text_flow,
};
