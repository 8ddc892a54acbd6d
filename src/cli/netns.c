// SPDX-License-Identifier: GPL-2.0-only
/* Another network namespace: entered once, before anything is opened there. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "netns.h"

static void path_of(char *path, const char *name)
{
	if (strchr(name, '/'))
		scnprintf(path, PATH_MAX, "%s", name);
	else if (name[strspn(name, "0123456789")])
		scnprintf(path, PATH_MAX, "/run/netns/%s", name);
	else
		scnprintf(path, PATH_MAX, "/proc/%s/ns/net", name);
}

/**
 * netns_enter() - go into a network namespace, for good
 * @name: as `ip netns` knows it, a process number, or a path
 *
 * Return: false after telling why not.
 */
bool netns_enter(const char *name)
{
	char path[PATH_MAX];
	int fd, err;

	path_of(path, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		cli_error("--netns %s: %s: %s", name, path, strerror(errno));
		return false;
	}
	err = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	if (err)
		cli_error("--netns %s: cannot enter it: %s%s", name, strerror(err),
			  err == EPERM ? ": run as root" : "");
	return !err;
}

/**
 * netns_inode() - the number of the present one
 *
 * Return: as lsns shows it; 0 if it is not known.
 */
u64 netns_inode(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}
