// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the module, again and again, without starting a program
 * each time. Between the two it lets the traffic, which the caller provides,
 * flow for a moment. In every eighth round it turns on the events in a trace
 * instance.
 *
 *	churn MODULE ROUNDS INSTANCE
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what, int round)
{
	fprintf(stderr, "churn: %s in round %d: %s\n", what, round, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	/* Different each time, so that loading meets all moments of a connection. */
	struct timespec moment = { 0 };
	char enable[256];
	int i, fd, events;

	if (argc != 4)
		return 2;
	snprintf(enable, sizeof(enable), "%s/events/tcpfsm/enable", argv[3]);
	for (i = 0; i < atoi(argv[2]); i++) {
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			return fail("load", i);
		close(fd);
		if (i % 8 == 0) {
			events = open(enable, O_WRONLY);
			if (events < 0 || write(events, "1", 1) != 1)
				return fail("enable the events", i);
			close(events);
		}
		moment.tv_nsec = i % 16 * 1000000;
		nanosleep(&moment, NULL);
		if (syscall(SYS_delete_module, "tcpfsm", O_NONBLOCK))
			return fail("unload", i);
	}
	return 0;
}
