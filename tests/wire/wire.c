// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays scripts (see wire.h) against this kernel's own sockets:
 *
 *	wire [-v] [-j WORKERS] SCRIPT...
 *
 * As root, with tcpfsm, tun and tcp_diag in the kernel. -v prints each line that
 * was played. Scripts mostly wait, so that several run at a time, each in a
 * network namespace of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define LINES_MAX 256
#define SCRIPTS_MAX 256
#define WORKERS 8

/* A run in which the kernel's clock was faster than we is played again, later and later. */
#define TRIES 12

static const char *const family_names[FAMILIES] = {
	[IPV4] = "ipv4", [IPV6] = "ipv6", [MAPPED] = "mapped", [SCOPED] = "scoped",
};

struct script {
	const char *path;
	char name[64];
	char *text;
	char *lines[LINES_MAX];
	int numbers[LINES_MAX];
	unsigned int count;
	int local;
	unsigned int families;
	uint32_t isn;
	bool slow;
	const char *wrong;
};

/* Shared by all workers. */
static struct totals {
	atomic_uint next;
	atomic_uint passed;
	atomic_uint failed;
	atomic_uint segments;
	atomic_uint states;
	atomic_uint sockets;
	atomic_uint postponed;
	atomic_uint again;
} *totals;

static struct script scripts[SCRIPTS_MAX];
static unsigned int n_scripts;
static bool verbose;

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

void broken(struct play *play, const char *fmt, ...)
{
	va_list args;

	fprintf(play->log, "    %s:%d: %s\n    ", play->path, play->line, play->text);
	va_start(args, fmt);
	vfprintf(play->log, fmt, args);
	va_end(args);
	fprintf(play->log, "\n");
	longjmp(play->fails, 1);
}

/* ---- reading scripts ---- */

__attribute__((noreturn))
static void bad_script(const struct script *script, int line, const char *why)
{
	fprintf(stderr, "%s:%d: %s\n", script->path, line, why);
	exit(2);
}

static void read_families(struct script *script, int line, char *text)
{
	char *word, *rest = text;
	int i;

	script->families = 0;
	while ((word = strtok_r(NULL, " \t", &rest))) {
		for (i = 0; i < FAMILIES && strcmp(word, family_names[i]); i++)
			;
		if (i == FAMILIES)
			bad_script(script, line, "no such family");
		script->families |= 1 << i;
	}
}

static void read_directive(struct script *script, int line, char *text)
{
	if (!strcmp(text, ":local client"))
		script->local = CLIENT;
	else if (!strcmp(text, ":local server"))
		script->local = SERVER;
	else if (!strcmp(text, ":slow"))
		script->slow = true;
	else if (!strncmp(text, ":isn ", 5))
		script->isn = strtoul(text + 5, NULL, 0);
	else if (!strncmp(text, ":wrong ", 7))
		script->wrong = text + 7;
	else if (!strncmp(text, ":families ", 10))
		read_families(script, line, text + 10);
	else
		bad_script(script, line, "no such directive");
}

/* Without comment and spaces around. */
static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strcspn(text, "#\n");
	while (end > text && strchr(" \t", end[-1]))
		end--;
	*end = '\0';
	return text;
}

static void read_lines(struct script *script, FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	int line = 0;

	while (getline(&text, &size, file) > 0) {
		const char *rest;
		char *at = trim(text);

		line++;
		if (!*at || !script_applies(at, &rest))
			continue;
		if (*rest == ':') {
			read_directive(script, line, strdup(rest));
			continue;
		}
		if (script->count == LINES_MAX)
			bad_script(script, line, "too many lines");
		script->numbers[script->count] = line;
		script->lines[script->count++] = strdup(rest);
	}
	free(text);
}

static void read_script(const char *path)
{
	struct script *script = &scripts[n_scripts];
	const char *name = strrchr(path, '/');
	FILE *file = fopen(path, "r");

	if (!file || n_scripts == SCRIPTS_MAX) {
		perror(path);
		exit(2);
	}
	name = name ? name + 1 : path;
	*script = (struct script){
		.path = path, .local = -1, .families = 1 << IPV4 | 1 << IPV6,
		.isn = 0x3ade68b1,
	};
	snprintf(script->name, sizeof(script->name), "%.*s", (int)strcspn(name, "."), name);
	read_lines(script, file);
	fclose(file);
	if (script->local < 0)
		bad_script(script, 1, "which side is local?");
	/* Nothing to do on this kernel. */
	if (script->count)
		n_scripts++;
}

/* ---- playing ---- */

static bool is_answer(const struct script *script, unsigned int i)
{
	const char *name = script->local == CLIENT ? "client " : "server ";

	return i < script->count && !strncmp(script->lines[i], name, strlen(name));
}

static void play_lines(struct play *play, const struct script *script)
{
	unsigned int i;

	net_open(play);
	play->began_ms = now_ms();
	for (i = 0; i < script->count; i++) {
		play->line = script->numbers[i];
		script_line(play, script->lines[i], is_answer(script, i + 1));
	}
	play->text = "the end";
	script_line(play, "+0s", false);
}

/* One run; true if it went as the script says. */
static bool play_once(struct play *play, const struct script *script)
{
	play->failed = setjmp(play->fails);
	if (!play->failed)
		play_lines(play, script);
	local_close(play);
	net_close(play);
	return !play->failed;
}

static void add_up(const struct play *play)
{
	totals->segments += play->segments;
	totals->states += play->states;
	totals->sockets += play->sockets;
	totals->postponed += play->postponed;
}

static void report(const struct script *script, int family, bool good, const char *log)
{
	char name[96];

	snprintf(name, sizeof(name), "wire/%s %s", script->name, family_names[family]);
	if (script->wrong) {
		/* A tool that cannot fail proves nothing. */
		good = !good && strstr(log, script->wrong);
		if (!good)
			printf("FAIL %s: the tool did not notice\n%s", name, log);
	} else if (!good) {
		printf("FAIL %s\n%s", name, log);
	}
	if (good)
		printf("ok %s\n%s", name, verbose ? log : "");
	fflush(stdout);
	*(good ? &totals->passed : &totals->failed) += 1;
}

static void run(const struct script *script, int family, int trace)
{
	static struct play play;
	char *log = NULL;
	size_t size = 0;
	bool good = false;
	int try;

	for (try = 0; try < TRIES && !good; try++) {
		free(log);
		log = NULL;
		play = (struct play){
			.path = script->path, .text = "", .verbose = verbose,
			.local = script->local, .family = family, .port = { 40000, 8080 },
			.tun = -1, .trace = trace, .listener = -1, .conn = -1,
		};
		play.now.base[!script->local] = script->isn - (script->local == SERVER ? 100 : 500);
		play.log = open_memstream(&log, &size);
		good = play_once(&play, script);
		fclose(play.log);
		if (!play.again)
			break;
		totals->again++;
		sleep(try);
	}
	add_up(&play);
	report(script, family, good, log);
	free(log);
}

static int work(unsigned int worker)
{
	int trace = observe_open(worker);
	unsigned int job;

	while (trace >= 0 && (job = totals->next++) < n_scripts * FAMILIES) {
		const struct script *script = &scripts[job / FAMILIES];
		int family = job % FAMILIES;

		if (script->families & 1 << family)
			run(script, family, trace);
	}
	return trace < 0;
}

/* The slow ones first. */
static int order(const void *a, const void *b)
{
	const struct script *one = a, *other = b;

	return one->slow == other->slow ? strcmp(one->name, other->name) :
					  other->slow - one->slow;
}

int main(int argc, char **argv)
{
	unsigned int workers = WORKERS, i;
	struct utsname kernel;
	int option, status;

	while ((option = getopt(argc, argv, "vj:")) != -1) {
		if (option == 'v') {
			verbose = true;
		} else if (option == 'j') {
			workers = atoi(optarg);
		} else {
			fprintf(stderr, "usage: wire [-v] [-j WORKERS] SCRIPT...\n");
			return 2;
		}
	}
	for (; optind < argc; optind++)
		read_script(argv[optind]);
	qsort(scripts, n_scripts, sizeof(*scripts), order);

	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	for (i = 0; i < workers; i++)
		if (!fork())
			exit(work(i));
	while (wait(&status) > 0)
		if (status) {
			printf("FAIL wire: a worker ended with status %#x\n", status);
			totals->failed++;
		}
	for (i = 0; i < workers; i++)
		observe_close(i);
	uname(&kernel);
	printf("# Linux %s: %u segments, %u states, %u states of sockets (%u looked at a segment later); %u runs again\n",
	       kernel.release, totals->segments, totals->states, totals->sockets,
	       totals->postponed, totals->again);
	printf("%u passed, %u failed\n", totals->passed, totals->failed);
	return totals->failed || !totals->passed;
}
