// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a network namespace, connects in it, and leaves it with its flows alive:
 * the link goes down before the sockets do, so that no segment tells of their end.
 *
 *	nomad NUMBER [ALWAYS]
 *
 * With ALWAYS the table of each namespace must show what it has; without, the module
 * may be told at any time to trace nothing. Prints how many namespaces it has made,
 * and flows seen in them.
 */
#define _GNU_SOURCE
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../vm/place.h"

#define CONNECTIONS 4

static void switch_link(int fd, bool on)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = on ? IFF_UP : 0 };

	if (ioctl(fd, SIOCSIFFLAGS, &request))
		err(1, "lo");
}

static int new_socket(void)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	/* Closed without a word. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		err(1, "socket");
	return fd;
}

static unsigned int flows(void)
{
	FILE *file = fopen("/proc/thread-self/net/tcpfsm", "r");
	char line[512];
	unsigned int n = 0;

	if (!file)
		err(1, "/proc/net/tcpfsm");
	while (fgets(line, sizeof(line), file))
		n += !strncmp(line, "ESTABLISHED  ESTABLISHED ", 25);
	fclose(file);
	return n;
}

int main(int argc, char **argv)
{
	int sockets[1 + 2 * CONNECTIONS], i, round, rounds = argc > 1 ? atoi(argv[1]) : 0;
	struct sockaddr_storage address;
	socklen_t len = parse_address("127.0.0.1", 8000, &address);
	unsigned long long seen = 0;
	unsigned int here;

	for (round = 0; round < rounds; round++) {
		if (unshare(CLONE_NEWNET))
			err(1, "unshare, round %d", round);
		sockets[0] = new_socket();
		switch_link(sockets[0], true);
		if (bind(sockets[0], (struct sockaddr *)&address, len) ||
		    listen(sockets[0], CONNECTIONS))
			err(1, "listen, round %d", round);
		for (i = 1; i < 1 + 2 * CONNECTIONS; i += 2) {
			sockets[i] = new_socket();
			if (connect(sockets[i], (struct sockaddr *)&address, len))
				err(1, "connect, round %d", round);
			sockets[i + 1] = accept(sockets[0], NULL, NULL);
			if (sockets[i + 1] < 0)
				err(1, "accept, round %d", round);
		}
		here = flows();
		if (argc > 2 && here != CONNECTIONS)
			errx(1, "%u flows, round %d", here, round);
		seen += here;
		switch_link(sockets[0], false);
		for (i = 0; i < 1 + 2 * CONNECTIONS; i++)
			close(sockets[i]);
	}
	printf("namespaces=%d flows=%llu\n", rounds, seen);
	return 0;
}
