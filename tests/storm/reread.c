// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads files again and again, each time from its begin and in pieces of another
 * size, whether they are there or not, until it is told to end. Every fourth time
 * it stops in the middle, and keeps the file open until it comes to it again.
 *
 *	reread NAMESPACE FILE...
 *
 * Prints "opened=N bytes=N" at its end.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "../vm/place.h"
#include "end.h"

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 4096, 61, 65536, 700, 1 };
	unsigned long long opened = 0, bytes = 0, round;
	static char data[65536];
	int *held, i, fd, pieces;
	sigset_t end;
	ssize_t got;

	if (argc < 3)
		return 2;
	end_prepare(&end);
	if (setns(open_ns(argv[1]), CLONE_NEWNET))
		err(1, "setns");
	held = calloc(argc, sizeof(*held));
	for (round = 0; !end_came(&end, 1); round++) {
		for (i = 2; i < argc; i++) {
			if (held[i])
				close(held[i]);
			held[i] = 0;
			fd = open(argv[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
			if (fd < 0)
				continue;
			opened++;
			/* A byte at a time is slow, and the buffer of a trace has no end. */
			for (pieces = 0; pieces < 500; pieces++) {
				got = read(fd, data, sizes[round % 5]);
				if (got <= 0 || (round % 4 == 3 && pieces == 3))
					break;
				bytes += got;
			}
			if (round % 4 == 3)
				held[i] = fd;
			else
				close(fd);
		}
	}
	printf("opened=%llu bytes=%llu\n", opened, bytes);
	return 0;
}
