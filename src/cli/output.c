// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that is replaced as a whole: what is printed goes beside it, and is renamed when
 * it is complete. Who reads it at any time never sees a part.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "output.h"

/* Always the same name, so that a run that was killed leaves nothing for long. */
static char *beside(const char *path)
{
	char *name = cli_alloc(NULL, strlen(path) + sizeof(".new"));

	sprintf(name, "%s.new", path);
	return name;
}

/**
 * output_begin() - standard output goes to a file from here on
 * @path: what the file will be called, when output_end() has been called
 *
 * Return: false after an error, which has been told.
 */
bool output_begin(const char *path)
{
	char *name = beside(path);
	bool good = false;
	int fd;

	/* One that is new: a link that somebody left there is not followed. */
	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		cli_error("%s: %s", name, strerror(errno));
	else if (dup2(fd, STDOUT_FILENO) < 0)
		cli_error("cannot write the result: %s", strerror(errno));
	else
		good = true;
	if (fd >= 0)
		close(fd);
	free(name);
	return good;
}

/**
 * output_end() - the file is complete, or shall not be
 * @path: as output_begin() had it
 * @status: exit status so far; if it tells of a failure, what was there before stays
 *
 * Return: the exit status.
 */
int output_end(const char *path, int status)
{
	char *name = beside(path);

	if (status == CLI_OK && rename(name, path)) {
		cli_error("%s: %s", path, strerror(errno));
		status = CLI_FAILED;
	}
	if (status != CLI_OK)
		unlink(name);
	free(name);
	return status;
}
