// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a capture to `tcpfsm replay`, in each of the ways it can be told to go. */
#include <getopt.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli.h"
#include "target.h"

#define WORDS_MAX 8

static char path[32];

static const char *const ways[][WORDS_MAX] = {
	{ "replay", path },
	{ "replay", "--json", "--checksums", "--at", "client", path },
	{ "replay", "--local", "192.0.2.0/24", "--local", "2001:db8::/32", "--set",
	  "time_wait=1", path },
	{ "replay", "--no-flows", "--at", "server", "--json", path },
};

static int file_of(const u8 *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("capture", 0);
	demand(!ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	return fd;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char *words[WORDS_MAX + 1] = {};
	unsigned int way;
	int n, status;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file_of(data, size));
	for (way = 0; way < ARRAY_SIZE(ways); way++) {
		for (n = 0; n < WORDS_MAX && ways[way][n]; n++)
			words[n] = (char *)ways[way][n];
		words[n] = NULL;
		optind = 0;
		status = replay_run(n, words);
		demand(status == CLI_OK || status == CLI_FAILED || status == CLI_DAMAGED);
	}
	return 0;
}
