// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replays damaged copies of a capture, in this process, under the sanitizers:
 *
 *	damage cut CAPTURE	every prefix: what it holds must be shown, and an
 *				error must name the packet and where it begins
 *	damage flip CAPTURE	each bit turned: what comes before is shown
 *
 * The captures are those of write.py: pcap in this machine's byte order, or
 * pcapng with a section header, an interface and packets.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "damage.h"

#define PACKETS_MAX 64
#define TEXT_MAX 65536
#define PCAPNG_MAGIC 0x0a0d0d0a

/* Where the headers end, and then each packet. */
static size_t ends[PACKETS_MAX + 1];
static unsigned int packets;

struct outcome {
	int status;
	char out[TEXT_MAX];
	char err[TEXT_MAX];
};

static int in_fd, out_fd, err_fd;
static FILE *report;
static char present[128];
static unsigned long cases, wrong;

/* The sanitizers end the program when they see something: say where it was. */
void __asan_on_error(void)
{
	fprintf(report, "the sanitizer stops at %s\n", present);
	fflush(report);
}

__attribute__((format(printf, 2, 3)))
static void blame(const struct outcome *outcome, const char *fmt, ...)
{
	va_list args;

	if (wrong++ >= 5)
		return;
	fprintf(report, "%s: ", present);
	va_start(args, fmt);
	vfprintf(report, fmt, args);
	va_end(args);
	fprintf(report, "; status %d, standard error:\n%s", outcome->status, outcome->err);
}

static uint32_t word_at(const uint8_t *data, size_t offset)
{
	uint32_t word;

	memcpy(&word, data + offset, sizeof(word));
	return word;
}

/* The boundaries, by the lengths in the file itself. */
static void find_ends(const uint8_t *data, size_t size)
{
	bool ng = word_at(data, 0) == PCAPNG_MAGIC;
	size_t at;

	at = ng ? word_at(data, 4) : 24;
	if (ng)
		at += word_at(data, at + 4);
	ends[0] = at;
	while (at < size && packets < PACKETS_MAX) {
		at += ng ? word_at(data, at + 4) : 16 + word_at(data, at + 8);
		ends[++packets] = at;
	}
	if (at != size) {
		fprintf(report, "the capture itself is wrong\n");
		exit(1);
	}
}

static void take_text(int fd, char *text)
{
	ssize_t n = pread(fd, text, TEXT_MAX - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
}

static void clear(int fd)
{
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET)) {
		fprintf(report, "a memory file refuses\n");
		exit(1);
	}
}

static void replay(struct outcome *outcome, const uint8_t *data, size_t size, bool flows)
{
	char path[64];
	char *argv[5] = { "tcpfsm", "replay", path, flows ? NULL : "--no-flows" };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", in_fd);
	clear(in_fd);
	clear(out_fd);
	clear(err_fd);
	if (pwrite(in_fd, data, size, 0) != (ssize_t)size)
		exit(1);
	optind = 0;
	outcome->status = tcpfsm_main(flows ? 3 : 4, argv);
	fflush(stdout);
	take_text(out_fd, outcome->out);
	take_text(err_fd, outcome->err);
	cases++;
}

/* One line, of ours, that has these words, and then @rest: what was left out is told last. */
static bool is_error(const char *text, const char *words, const char *rest)
{
	const char *end = strchr(text, '\n');
	const char *found = strstr(text, words);

	return !strncmp(text, "tcpfsm: ", 8) && end && found && found < end &&
	       !strcmp(end + 1, rest);
}

static void cut(const uint8_t *data, size_t size)
{
	static struct outcome outcome, whole;
	unsigned int k = 0;
	char words[64];
	size_t len;

	/* What is shown when the capture ends properly after packet k. */
	snprintf(present, sizeof(present), "%zu bytes", ends[0]);
	replay(&whole, data, ends[0], true);
	for (len = 0; len <= size; len++) {
		snprintf(present, sizeof(present), "%zu bytes", len);
		if (k < packets && len == ends[k + 1]) {
			k++;
			replay(&whole, data, len, true);
			if (whole.status || !*whole.out)
				blame(&whole, "%u packets cannot be shown", k);
		}
		replay(&outcome, data, len, true);
		if (len < ends[0]) {
			if (outcome.status != 1 || *outcome.out ||
			    !is_error(outcome.err, "capture", ""))
				blame(&outcome, "no capture, and not told so");
			continue;
		}
		if (strcmp(outcome.out, whole.out))
			blame(&outcome, "not what %u packets show:\n%s", k, outcome.out);
		if (len == ends[k]) {
			if (outcome.status || strcmp(outcome.err, whole.err))
				blame(&outcome, "nothing is wrong");
			continue;
		}
		snprintf(words, sizeof(words), ": packet %u at offset %zu: ", k + 1, ends[k]);
		if (outcome.status != 2 || !is_error(outcome.err, words, whole.err))
			blame(&outcome, "it does not say '%s'", words);
	}
}

static bool is_ours(const char *text)
{
	for (; *text; text = strchr(text, '\n') + 1)
		if (strncmp(text, "tcpfsm: ", 8) || !strchr(text, '\n'))
			return false;
	return true;
}

static void flip(uint8_t *data, size_t size)
{
	static char before[PACKETS_MAX + 1][TEXT_MAX];
	static struct outcome outcome;
	unsigned int k;
	size_t bit;

	for (k = 0; k <= packets; k++) {
		snprintf(present, sizeof(present), "%zu bytes", ends[k]);
		replay(&outcome, data, ends[k], false);
		strcpy(before[k], outcome.out);
	}
	for (k = 0, bit = 0; bit < 8 * size; bit++) {
		/* Packets 1 to k lie before it. */
		while (k < packets && bit / 8 >= ends[k + 1])
			k++;
		snprintf(present, sizeof(present), "bit %zu of byte %zu", bit % 8, bit / 8);
		data[bit / 8] ^= 1 << bit % 8;
		replay(&outcome, data, size, false);
		data[bit / 8] ^= 1 << bit % 8;
		if (outcome.status < 0 || outcome.status > 2)
			blame(&outcome, "no such status");
		if (!is_ours(outcome.err) || (outcome.status && !*outcome.err))
			blame(&outcome, "no clear error");
		if (bit / 8 >= ends[0] &&
		    strncmp(outcome.out, before[k], strlen(before[k])))
			blame(&outcome, "what came before is not shown:\n%s", outcome.out);
	}
}

static uint8_t *load(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);

	if (!file || !data) {
		fprintf(report, "%s cannot be read\n", path);
		exit(1);
	}
	*size = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

int main(int argc, char **argv)
{
	uint8_t *data;
	size_t size;

	report = fdopen(dup(STDOUT_FILENO), "w");
	if (argc != 3)
		return 3;
	in_fd = memfd_create("capture", 0);
	out_fd = memfd_create("out", 0);
	err_fd = memfd_create("err", 0);
	data = load(argv[2], &size);
	find_ends(data, size);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	if (!strcmp(argv[1], "cut"))
		cut(data, size);
	else
		flip(data, size);
	fprintf(report, "%lu cases, %lu wrong\n", cases, wrong);
	fclose(report);
	free(data);
	return wrong ? 1 : 0;
}
