// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening to the tracepoints through libtracefs. The instance of the ring
 * buffer is ours alone, has our process number in its name, and goes when we
 * go; one that a killed process left behind is removed by the next.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "cli.h"
#include "signals.h"
#include "trace.h"

#define SYSTEM "tcpfsm"
#define PREFIX "tcpfsm-cli-"
#define POLL_MS 50
/* What happened on one processor may be read later than what followed on another. */
#define HOLD_NS (3ULL * POLL_MS * 1000000)
#define LOOK_NS 500000000ULL

static volatile sig_atomic_t stopped;

static void on_signal(int signal __attribute__((unused)))
{
	stopped = 1;
}

static u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void remove_stale(void)
{
	char **names = tracefs_instances("^" PREFIX "[0-9]*$");
	struct tracefs_instance *old;
	int i;

	for (i = 0; names && names[i]; i++) {
		pid_t pid = strtol(names[i] + strlen(PREFIX), NULL, 10);

		if (pid <= 0 || !kill(pid, 0) || errno != ESRCH)
			continue;
		old = tracefs_instance_create(names[i]);
		if (!old)
			continue;
		tracefs_event_disable(old, NULL, NULL);
		tracefs_instance_destroy(old);
		tracefs_instance_free(old);
	}
	tracefs_list_free(names);
}

static bool find_module(void)
{
	const char *dir = tracefs_tracing_dir();

	if (cli_module_missing())
		return false;
	if (!dir || access(dir, R_OK | X_OK)) {
		cli_error("tracefs: %s", geteuid() ? "Permission denied: run as root" :
						     "cannot be mounted on /sys/kernel/tracing");
		return false;
	}
	return true;
}

static bool make_instance(struct trace *trace)
{
	char name[64];

	remove_stale();
	scnprintf(name, sizeof(name), PREFIX "%d", getpid());
	trace->instance = tracefs_instance_create(name);
	if (trace->instance)
		return true;
	cli_error("tracefs: cannot make the instance %s: %s", name, strerror(errno));
	return false;
}

static bool read_format(struct tep_handle *tep, const char *name)
{
	int size = 0;
	char *text = tracefs_event_file_read(NULL, SYSTEM, name, "format", &size);
	bool done = text && !tep_parse_event(tep, text, size, SYSTEM);

	free(text);
	return done;
}

/* tracefs_local_events() would read kallsyms too, which takes seconds. */
static bool read_formats(struct trace *trace)
{
	unsigned int kind;
	u32 read = 0;
	int size = 0;
	char *page = tracefs_instance_file_read(NULL, "events/header_page", &size);

	trace->tep = tep_alloc();
	if (trace->tep && page && !tep_parse_header_page(trace->tep, page, size, sizeof(long)))
		for (kind = 0; kind < EVENT_MAX; kind++)
			if (read_format(trace->tep, event_name(kind)))
				read |= 1U << kind;
	free(page);
	/* Of a module that is older than this command there is nothing to hear of ICMP. */
	if (!(read & TRACE_KIND(ICMP)))
		trace->kinds &= ~TRACE_KIND(ICMP);
	if ((read | TRACE_KIND(ICMP)) == (1U << EVENT_MAX) - 1)
		return true;
	cli_error("tracefs: the module has no tracepoints: is the kernel built without them?");
	return false;
}

static bool enable(struct trace *trace, const char *condition)
{
	char file[128];
	unsigned int kind;

	for (kind = 0; kind < EVENT_MAX; kind++) {
		if (!(trace->kinds & 1U << kind))
			continue;
		scnprintf(file, sizeof(file), "events/" SYSTEM "/%s/filter", event_name(kind));
		if ((condition && tracefs_instance_file_write(trace->instance, file,
							      condition) < 0) ||
		    tracefs_event_enable(trace->instance, SYSTEM, event_name(kind))) {
			cli_error("tracefs: cannot listen to %s: %s", event_name(kind),
				  strerror(errno));
			return false;
		}
	}
	return true;
}

static bool switch_on(struct trace *trace)
{
	if (!tracefs_trace_on(trace->instance))
		return true;
	cli_error("tracefs: cannot switch the instance on: %s", strerror(errno));
	return false;
}

/**
 * trace_open() - listen from now on
 * @trace: with report, lost and context; all else 0
 * @kinds: TRACE_KIND() of those wanted
 * @condition: as event filters have it, or NULL
 * @buffer_kb: memory of the ring buffer for each processor
 *
 * Return: false after telling why not; then there is nothing to close.
 */
bool trace_open(struct trace *trace, u32 kinds, const char *condition, unsigned int buffer_kb)
{
	char size[16];

	if (!find_module() || !make_instance(trace))
		return false;
	signals_handle(SIGINT, on_signal);
	signals_handle(SIGTERM, on_signal);
	signals_handle(SIGHUP, on_signal);
	signals_handle(SIGPIPE, on_signal);
	scnprintf(size, sizeof(size), "%u", buffer_kb);
	tracefs_instance_file_write(trace->instance, "buffer_size_kb", size);
	tracefs_instance_file_write(trace->instance, "trace_clock", "mono");
	trace->to_real_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	/* Enabling takes a while each: all of them begin at once, or one sees half a flow. */
	tracefs_trace_off(trace->instance);
	trace->kinds = kinds;
	if (read_formats(trace) && enable(trace, condition) && switch_on(trace))
		return true;
	trace_close(trace);
	return false;
}

static int take(struct tep_event *format, struct tep_record *record,
		int cpu __attribute__((unused)), void *context)
{
	struct trace *trace = context;

	if (trace->count == trace->room) {
		trace->room = trace->room ? 2 * trace->room : 1024;
		trace->event = cli_alloc(trace->event, trace->room * sizeof(*trace->event));
	}
	if (!event_read(&trace->event[trace->count], format, record))
		return 0;
	trace->event[trace->count++].time_ns = record->ts + trace->to_real_ns;
	return 0;
}

/* Events of one time stay in the order in which they were read. */
static void sort(struct trace *trace)
{
	size_t i, j;

	/* Nearly sorted: each processor's are, and few are held back. */
	for (i = 1; i < trace->count; i++) {
		struct event moved;

		if (trace->event[i - 1].time_ns <= trace->event[i].time_ns)
			continue;
		moved = trace->event[i];
		for (j = i; j && trace->event[j - 1].time_ns > moved.time_ns; j--)
			trace->event[j] = trace->event[j - 1];
		trace->event[j] = moved;
	}
}

static void tell_until(struct trace *trace, u64 time_ns)
{
	size_t i;

	sort(trace);
	for (i = 0; i < trace->count && trace->event[i].time_ns <= time_ns; i++)
		if (!trace->stop && !trace->report(trace->context, &trace->event[i]))
			trace->stop = true;
	trace->count -= i;
	memmove(trace->event, trace->event + i, trace->count * sizeof(*trace->event));
}

static u64 figure_of(const char *stats, const char *name)
{
	const char *at = strstr(stats, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* What the ring buffer itself counts, over all processors. */
static u64 losses_of(struct tracefs_instance *instance)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_CONF);
	char file[64], *stats;
	u64 lost = 0;

	for (cpu = 0; cpu < cpus; cpu++) {
		scnprintf(file, sizeof(file), "per_cpu/cpu%ld/stats", cpu);
		stats = tracefs_instance_file_read(instance, file, NULL);
		if (!stats)
			continue;
		lost += figure_of(stats, "overrun: ") + figure_of(stats, "dropped events: ");
		free(stats);
	}
	return lost;
}

static void look_for_loss(struct trace *trace)
{
	u64 lost = losses_of(trace->instance);

	if (lost > trace->lost_told)
		trace->lost(trace->context, lost - trace->lost_told);
	trace->lost_told = lost;
}

static bool is_enabled(const struct trace *trace, unsigned int kind)
{
	char file[128], *text;
	bool enabled;

	scnprintf(file, sizeof(file), "events/" SYSTEM "/%s/enable", event_name(kind));
	text = tracefs_instance_file_read(trace->instance, file, NULL);
	enabled = text && *text == '1';
	free(text);
	return enabled;
}

/*
 * A module that goes takes its tracepoints along, and what was not read yet. If it comes
 * back, they do so switched off: without this, the silence would look like peace.
 */
static void look_for_module(struct trace *trace)
{
	unsigned int kind;

	for (kind = 0; kind < EVENT_MAX && !trace->unloaded; kind++)
		if (trace->kinds & 1U << kind && !is_enabled(trace, kind))
			trace->unloaded = true;
}

/**
 * trace_losses() - what all that listen now have lost, on the whole host
 * @listening: filled in: how many these are
 * @lost: filled in: events
 *
 * Return: false if this process may not know.
 */
bool trace_losses(unsigned int *listening, u64 *lost)
{
	const char *dir = tracefs_tracing_dir();
	struct tracefs_instance *instance;
	char path[PATH_MAX], **names;
	int i;

	*listening = 0;
	*lost = 0;
	scnprintf(path, sizeof(path), "%s/instances", dir ?: "");
	if (!dir || access(path, R_OK))
		return false;
	names = tracefs_instances("^" PREFIX "[0-9]*$");
	for (i = 0; names && names[i]; i++) {
		instance = tracefs_instance_alloc(NULL, names[i]);
		if (!instance)
			continue;
		*lost += losses_of(instance);
		(*listening)++;
		tracefs_instance_free(instance);
	}
	tracefs_list_free(names);
	return true;
}

static void read_events(struct trace *trace)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);

	tracefs_iterate_raw_events(trace->tep, trace->instance, NULL, 0, take, trace);
	tell_until(trace, now_ns + trace->to_real_ns - HOLD_NS);
	if (now_ns - trace->looked_ns < LOOK_NS)
		return;
	trace->looked_ns = now_ns;
	look_for_loss(trace);
	look_for_module(trace);
}

/**
 * trace_run() - tell events until a signal comes, report() has enough, or the module goes
 * @trace: open; unloaded says that the module went, which has been told
 * @for_ms: or so much time has passed; 0 is for ever
 */
void trace_run(struct trace *trace, u64 for_ms)
{
	u64 end_ns = clock_ns(CLOCK_MONOTONIC) + for_ms * 1000000;

	while (!stopped && !trace->stop && !trace->unloaded &&
	       (!for_ms || clock_ns(CLOCK_MONOTONIC) < end_ns)) {
		read_events(trace);
		fflush(stdout);
		if (!trace->stop)
			poll(NULL, 0, POLL_MS);
	}
	/* What was under way. */
	tracefs_trace_off(trace->instance);
	tracefs_iterate_raw_events(trace->tep, trace->instance, NULL, 0, take, trace);
	tell_until(trace, ~0ULL);
	look_for_loss(trace);
	/* Who has all that was asked for misses nothing. */
	if (!trace->stop)
		look_for_module(trace);
	if (trace->unloaded)
		cli_error("the module was unloaded: what happened just before may be missing; begin again once it is loaded");
}

/**
 * trace_close() - listen no more, and leave nothing behind
 * @trace: open
 */
void trace_close(struct trace *trace)
{
	tracefs_event_disable(trace->instance, NULL, NULL);
	tracefs_instance_destroy(trace->instance);
	tracefs_instance_free(trace->instance);
	if (trace->tep)
		tep_free(trace->tep);
	free(trace->event);
}
