// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does one thing in a network namespace. nsenter can do it too, but starting
 * it takes several times as long in an emulated processor.
 *
 *	within NAMESPACE read FILE [CHUNK]	copy FILE to standard output
 *	within NAMESPACE cat FILE...		the same, each after a line "==> FILE"
 *	within NAMESPACE write FILE TEXT	in one write, with a newline
 *	within NAMESPACE run COMMAND...
 *
 * The namespace is a name below /run/netns, or - for the present one. Exit
 * status 1 and the error's name on standard error if the file refuses.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int refused(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerrorname_np(errno));
	return 1;
}

static int copy(const char *path, size_t chunk)
{
	static char data[1 << 16];
	int fd = open(path, O_RDONLY);
	ssize_t got;

	if (fd < 0)
		return refused("open");
	while ((got = read(fd, data, chunk < sizeof(data) ? chunk : sizeof(data))) > 0)
		fwrite(data, 1, got, stdout);
	close(fd);
	if (got < 0)
		return refused("read");
	return fflush(stdout) ? refused("write") : 0;
}

static int put(const char *path, const char *text)
{
	char line[4096];
	int fd = open(path, O_WRONLY);
	int len = snprintf(line, sizeof(line), "%s\n", text);

	if (fd < 0)
		return refused("open");
	if (write(fd, line, len) != len)
		return refused("write");
	return 0;
}

int main(int argc, char **argv)
{
	char path[256];
	int fd;

	if (argc < 4)
		goto usage;
	if (strcmp(argv[1], "-")) {
		snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, CLONE_NEWNET))
			return refused(path);
	}
	if (!strcmp(argv[2], "read"))
		return copy(argv[3], argc > 4 ? strtoul(argv[4], NULL, 10) : (size_t)-1);
	if (!strcmp(argv[2], "cat")) {
		for (fd = 3; fd < argc; fd++) {
			printf("==> %s\n", argv[fd]);
			if (copy(argv[fd], (size_t)-1))
				return 1;
		}
		return 0;
	}
	if (!strcmp(argv[2], "write") && argc == 5)
		return put(argv[3], argv[4]);
	if (!strcmp(argv[2], "run")) {
		execvp(argv[3], argv + 3);
		return refused(argv[3]);
	}
usage:
	fprintf(stderr, "usage: within NAMESPACE read FILE [CHUNK] | cat FILE... | write FILE TEXT | run COMMAND...\n");
	return 2;
}
