// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does one thing while one of its allocations fails, the Nth of those that the
 * filters of failslab and fail_page_alloc let through.
 *
 *	nth N load MODULE
 *	nth N namespace
 *	nth N write FILE TEXT
 *	nth N read FILE
 *
 * The module's table is small, so that no other kind of memory is tried for it.
 * Prints what came of it, an error's name or "done", and after it "missed" if there
 * is no Nth. What was made is taken back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../vm/place.h"

static char data[1 << 16];

/* Returns 0 or a negative error. What it needs is open: only the deed itself may fail. */
static int act(int fd, char **what)
{
	ssize_t done;

	if (!strcmp(what[0], "load"))
		return syscall(SYS_finit_module, fd, "hashsize=16", 0) ? -errno : 0;
	if (!strcmp(what[0], "namespace"))
		return unshare(CLONE_NEWNET) ? -errno : 0;
	if (!strcmp(what[0], "write")) {
		done = write(fd, what[2], strlen(what[2]));
		return done < 0 ? -errno : 0;
	}
	fd = open(what[1], O_RDONLY);
	if (fd < 0)
		return -errno;
	while ((done = read(fd, data, 100)) > 0)
		;
	done = done < 0 ? -errno : 0;
	close(fd);
	return done;
}

int main(int argc, char **argv)
{
	int fd = -1, nth, len, error;
	char left[16];

	if (argc < 3)
		return 2;
	if (argc > 3)
		fd = open(argv[3], strcmp(argv[2], "write") ? O_RDONLY : O_WRONLY);
	if (argc > 3 && fd < 0)
		err(1, "%s", argv[3]);
	nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth < 0)
		err(1, "fail-nth");
	if (write(nth, argv[1], strlen(argv[1])) < 0)
		err(1, "fail-nth");
	error = act(fd, argv + 2);
	len = pread(nth, left, sizeof(left) - 1, 0);
	if (pwrite(nth, "0", 1, 0) != 1 || len < 1)
		err(1, "fail-nth");
	left[len] = '\0';
	if (!error && !strcmp(argv[2], "load") && syscall(SYS_delete_module, "tcpfsm", 0))
		err(1, "delete_module");
	printf("%s%s\n", error ? strerrorname_np(-error) : "done", atoi(left) ? " missed" : "");
	return 0;
}
