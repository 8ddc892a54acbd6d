// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that is replaced as a whole: what is printed goes beside it, and is renamed when
 * it is complete. Who reads it at any time never sees a part. What is no file stays what
 * it is: a device or a pipe that root replaced would be gone for all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "output.h"

/* Whoever collects it is not who writes it, whatever the umask is here. */
#define MODE 0644

/* Always the same name, so that a run that was killed leaves nothing for long. */
static char *beside(const char *path)
{
	char *name = cli_alloc(NULL, strlen(path) + sizeof(".new"));

	sprintf(name, "%s.new", path);
	return name;
}

/*
 * What the file is really called: a link to it stays a link. One that is neither root's
 * nor ours is not followed, in a directory where others write it would lead us anywhere.
 */
static char *real_name(const char *path)
{
	struct stat link, st;

	if (lstat(path, &link))
		return errno == ENOENT ? strdup(path) : NULL;
	if (S_ISLNK(link.st_mode) && link.st_uid && link.st_uid != geteuid()) {
		errno = EACCES;
		return NULL;
	}
	if (stat(path, &st))
		return NULL;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : 0;
		return NULL;
	}
	return S_ISLNK(link.st_mode) ? realpath(path, NULL) : strdup(path);
}

static bool redirect(const char *name)
{
	bool good = false;
	int fd;

	/* One that is new: a link that somebody left there is not followed. */
	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
	if (fd < 0 || fchmod(fd, MODE))
		cli_error("%s: %s", name, strerror(errno));
	else if (dup2(fd, STDOUT_FILENO) < 0)
		cli_error("cannot write the result: %s", strerror(errno));
	else
		good = true;
	if (fd >= 0)
		close(fd);
	return good;
}

/**
 * output_begin() - standard output goes to a file from here on
 * @path: what the file will be called, when output_end() has been called
 *
 * Return: for output_end(); NULL after an error, which has been told.
 */
char *output_begin(const char *path)
{
	char *real = real_name(path), *name;
	bool good;

	if (!real) {
		cli_error("%s: %s", path, errno ? strerror(errno) :
			  "not a regular file, and is not replaced: without --output, the shell can write to it");
		return NULL;
	}
	name = beside(real);
	good = redirect(name);
	free(name);
	if (good)
		return real;
	free(real);
	return NULL;
}

/**
 * output_end() - the file is complete, or shall not be
 * @real: from output_begin(), and freed
 * @status: exit status so far; if it tells of a failure, what was there before stays
 *
 * Return: the exit status.
 */
int output_end(char *real, int status)
{
	char *name = beside(real);

	if (status == CLI_OK && rename(name, real)) {
		cli_error("%s: %s", real, strerror(errno));
		status = CLI_FAILED;
	}
	if (status != CLI_OK)
		unlink(name);
	free(name);
	free(real);
	return status;
}
