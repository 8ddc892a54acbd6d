// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes settings of net.tcpfsm at random, and clears the table now and then, in
 * namespaces taken in turn, whether the module is there or not, until it is told to
 * end.
 *
 *	meddle SEED PAUSE-MS NAMESPACE...
 *
 * Prints "seed=N written=N refused=N cleared=N" at its end.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "../vm/place.h"
#include "end.h"

#define DIRECTORY "/proc/sys/net/tcpfsm/"

static const struct {
	const char *name;
	unsigned int high;
} settings[] = {
	{ "enabled", 1 }, { "strict", 1 }, { "log_level", 2 }, { "linger", 3600 },
	{ "time_wait", 3600 }, { "timeout_syn_sent", 31536000 }, { "timeout_syn_recv", 31536000 },
	{ "timeout_established", 31536000 }, { "timeout_fin_wait1", 31536000 },
	{ "timeout_fin_wait2", 31536000 }, { "timeout_close_wait", 31536000 },
	{ "timeout_closing", 31536000 }, { "timeout_last_ack", 31536000 },
	{ "mark", 3 }, { "mark_mask", 3 }, { "ports", 0 },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static unsigned long long written, refused, cleared;

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

static void change_one(void)
{
	static const char *const lists[] = {
		"", "", "1-65535", "8000-9000", "80,443,8000-8100", "65536", "9-1", "x",
	};
	unsigned int which = random() % ARRAY_SIZE(settings), high = settings[which].high;
	char path[128], value[32];

	snprintf(path, sizeof(path), DIRECTORY "%s", settings[which].name);
	if (!strcmp(settings[which].name, "ports"))
		snprintf(value, sizeof(value), "%s\n", lists[random() % 8]);
	else if (random() % 16 == 0)
		snprintf(value, sizeof(value), "%u\n", high + 1);
	else if (random() % 2)
		/* Short times, so that flows do end by them. */
		snprintf(value, sizeof(value), "%ld\n", random() % 3 % ((long)high + 1));
	else
		snprintf(value, sizeof(value), "%ld\n", random() % ((long)high + 1));
	if (put(path, value))
		written++;
	else
		refused++;
}

int main(int argc, char **argv)
{
	int *places, i, pause_ms;
	sigset_t end;

	if (argc < 4)
		return 2;
	end_prepare(&end);
	srandom(atoi(argv[1]));
	pause_ms = atoi(argv[2]);
	places = calloc(argc, sizeof(*places));
	for (i = 3; i < argc; i++)
		places[i] = open_ns(argv[i]);
	while (!end_came(&end, pause_ms)) {
		if (setns(places[3 + random() % (argc - 3)], CLONE_NEWNET))
			err(1, "setns");
		if (random() % 16)
			change_one();
		else
			cleared += put("/proc/tcpfsm", "clear");
	}
	printf("seed=%s written=%llu refused=%llu cleared=%llu\n", argv[1], written, refused,
	       cleared);
	return 0;
}
