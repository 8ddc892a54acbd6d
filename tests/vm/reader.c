// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads /proc/tcpfsm again and again, in pieces of CHUNK bytes, while flows
 * come and go: no flow may be shown twice in one read, and the flows to PORT,
 * of which there are NUMBER all the time, must all be in each.
 *
 *	reader NAMESPACE FILE ROUNDS CHUNK PORT NUMBER
 *
 * Prints how many different flows it has met.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (16 << 20)
#define IDS_MAX 0x400000

static char text[TEXT_MAX + 1];
/* Of each flow number, the last round that it was met in. */
static uint32_t met[IDS_MAX];

static void __attribute__((noreturn)) die(const char *what, unsigned long long n)
{
	fprintf(stderr, "reader: %s: %llu\n", what, n);
	exit(1);
}

static void read_all(const char *path, size_t chunk)
{
	size_t used = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die("cannot open the file", errno);
	do {
		if (used + chunk > TEXT_MAX)
			die("the file does not end", used);
		got = read(fd, text + used, chunk);
		if (got < 0)
			die("read", errno);
		used += got;
	} while (got);
	close(fd);
	text[used] = '\0';
}

int main(int argc, char **argv)
{
	unsigned long long id, different = 0;
	unsigned int round, rounds, number, here;
	char *line, *next, port[16], path[256];
	const char *key;
	int fd;

	if (argc != 7)
		return 2;
	if (strcmp(argv[1], "-")) {
		snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
		fd = open(path, O_RDONLY);
		if (fd < 0 || setns(fd, CLONE_NEWNET))
			die(path, errno);
	}
	rounds = atoi(argv[3]);
	snprintf(port, sizeof(port), ":%s id=", argv[5]);
	number = atoi(argv[6]);
	for (round = 1; round <= rounds; round++) {
		read_all(argv[2], strtoul(argv[4], NULL, 10));
		here = 0;
		for (line = text; *line; line = next) {
			next = strchr(line, '\n');
			if (!next)
				die("a line without an end in round", round);
			*next++ = '\0';
			if (*line == '#')
				continue;
			key = strstr(line, " id=");
			if (!key)
				die("a line without id= in round", round);
			id = strtoull(key + 4, NULL, 10);
			if (id >= IDS_MAX)
				die("flow number too large for this test", id);
			if (met[id] == round)
				die("shown twice in one read: flow", id);
			different += !met[id];
			met[id] = round;
			here += !!strstr(line, port);
		}
		if (here != number)
			die("number of those that lived through the whole read", here);
	}
	printf("%llu\n", different);
	return 0;
}
