// SPDX-License-Identifier: GPL-2.0-only
/* What tcpfsm says of a flow, and what the kernel says of its socket. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire.h"

#define TRACING "/sys/kernel/tracing/instances/"

static const struct {
	const char *word;
	const char *name;
} states[] = {		/* by the kernel's numbers, include/net/tcp_states.h */
	{ "--", "none" }, { "ES", "ESTABLISHED" }, { "SS", "SYN_SENT" }, { "SR", "SYN_RECV" },
	{ "F1", "FIN_WAIT1" }, { "F2", "FIN_WAIT2" }, { "TW", "TIME_WAIT" }, { "CL", "CLOSE" },
	{ "CW", "CLOSE_WAIT" }, { "LA", "LAST_ACK" }, { "LI", "LISTEN" }, { "CG", "CLOSING" },
};

#define STATES (int)(sizeof(states) / sizeof(*states))

/* By the first two letters; -1 if there is no such state. */
int state_by_word(const char *word)
{
	int i;

	for (i = 0; i < STATES; i++)
		if (!strncmp(word, states[i].word, 2))
			return i;
	return -1;
}

static int state_by_name(const char *name, size_t len)
{
	int i;

	for (i = 1; i < STATES; i++)
		if (strlen(states[i].name) == len && !strncmp(name, states[i].name, len))
			return i;
	return -1;
}

const char *state_word(int state)
{
	return state < 0 || state >= STATES ? "??" : states[state].word;
}

const char *state_name(int state)
{
	return state < 0 || state >= STATES ? "?" : states[state].name;
}

/* ---- tcpfsm's events ---- */

static bool write_file(const char *dir, const char *file, const char *text)
{
	char path[128];
	ssize_t len = strlen(text);
	bool done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_TRUNC);
	if (fd < 0)
		return false;
	done = write(fd, text, len) == len;
	close(fd);
	return done;
}

/* A trace buffer of its own for each worker: what is read from it is gone. */
int observe_open(unsigned int worker)
{
	char dir[64], pipe[128];
	int fd = -1;

	snprintf(dir, sizeof(dir), TRACING "wire-%u", worker);
	rmdir(dir);
	snprintf(pipe, sizeof(pipe), "%s/trace_pipe", dir);
	if (!mkdir(dir, 0700) && write_file(dir, "buffer_size_kb", "256") &&
	    write_file(dir, "trace_clock", "global") &&
	    write_file(dir, "events/tcpfsm/tcpfsm_set_state/enable", "1") &&
	    write_file(dir, "events/tcpfsm/tcpfsm_anomaly/enable", "1") &&
	    write_file(dir, "tracing_on", "1"))
		fd = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		perror(dir);
	return fd;
}

void observe_close(unsigned int worker)
{
	char dir[64];

	snprintf(dir, sizeof(dir), TRACING "wire-%u", worker);
	rmdir(dir);
}

/* What stands behind " key="; the empty text if nothing does. */
static const char *value(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? at + strlen(key) : "";
}

static void parse(struct play *play, const char *line)
{
	const char *what = strstr(line, " tcpfsm_");
	struct event event = { 0 };
	const char *text;

	if (strstr(line, "LOST"))
		broken(play, "the trace buffer ran over");
	if (!what || strtoul(value(what, " netns="), NULL, 10) != play->netns)
		return;
	event.anomaly = !strncmp(what, " tcpfsm_anomaly:", 16);
	event.flow = strtoull(value(what, " flow="), NULL, 10);
	event.seq = strtoul(value(what, " seq="), NULL, 10);
	event.ack = strtoul(value(what, " ack="), NULL, 10);
	event.flags = strtoul(value(what, " flags="), NULL, 16);
	event.port = strtoul(value(what, " sport="), NULL, 10);
	event.port_peer = strtoul(value(what, " dport="), NULL, 10);
	event.role = strncmp(value(what, " endpoint="), "server", 6) ? CLIENT : SERVER;
	text = value(what, event.anomaly ? " anomaly=" : " cause=");
	snprintf(event.word, sizeof(event.word), "%.*s", (int)strcspn(text, " "), text);
	text = value(what, " certainty=");
	event.certainty = *text == 'i' ? '?' : *text == 'r' ? '~' : ' ';
	text = value(what, " oldstate=TCP_");
	event.from = state_by_name(text, strcspn(text, " "));
	text = value(what, " newstate=TCP_");
	event.to = state_by_name(text, strcspn(text, " "));
	if (play->events == EVENTS_MAX)
		broken(play, "tcpfsm reports without end");
	play->event[play->events++] = event;
}

void observe_read(struct play *play)
{
	char *line, *end;
	ssize_t len;

	while ((len = read(play->trace, play->rest + play->rest_len,
			   sizeof(play->rest) - play->rest_len - 1)) > 0) {
		play->rest_len += len;
		play->rest[play->rest_len] = '\0';
		for (line = play->rest; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			parse(play, line);
		}
		play->rest_len -= line - play->rest;
		memmove(play->rest, line, play->rest_len);
	}
	if (len < 0 && errno != EAGAIN)
		broken(play, "trace_pipe: %m");
}

bool observe_await(struct play *play, int patience_ms)
{
	struct pollfd poll_fd = { .fd = play->trace, .events = POLLIN };
	long long end = now_ms() + patience_ms;

	for (;;) {
		observe_read(play);
		if (play->events || now_ms() >= end)
			return play->events;
		/* Other workers' events wake us, too. */
		poll(&poll_fd, 1, 100);
	}
}

struct event observe_take(struct play *play)
{
	struct event event = play->event[0];

	play->events--;
	memmove(play->event, play->event + 1, play->events * sizeof(event));
	return event;
}

/* ---- tcpfsm's table ---- */

/* The line of this flow; with 0, of the first one to the peer's port. */
bool observe_flow(struct play *play, uint64_t flow, char *line, size_t size)
{
	FILE *file = fopen("/proc/net/tcpfsm", "r");
	char port[16];
	bool found = false;

	if (!file)
		broken(play, "/proc/net/tcpfsm: %m");
	snprintf(port, sizeof(port), ":%u ", play->port[!play->local]);
	while (!found && fgets(line, size, file)) {
		line[strcspn(line, "\n")] = ' ';
		found = *line != '#' &&
			(flow ? strtoull(value(line, " id="), NULL, 10) == flow :
				!!strstr(line, port));
	}
	fclose(file);
	return found;
}

/* ---- the socket ---- */

/*
 * What the kernel has for these ports: also requests and TIME_WAIT, which no
 * system call on a socket shows, and those that are not accepted yet or closed.
 */
int observe_socket(struct play *play)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 req;
	} ask = {
		.head = {
			.nlmsg_len = sizeof(ask),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.req = {
			.sdiag_family = net_is_ipv4(play) ? AF_INET : AF_INET6,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~0U,
			.id = {
				.idiag_sport = htons(play->port[play->local]),
				.idiag_dport = htons(play->port[!play->local]),
				.idiag_if = play->family == SCOPED ? play->ifindex : 0,
				.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
			},
		},
	};
	size_t len = net_is_ipv4(play) ? 4 : 16;
	struct {
		struct nlmsghdr head;
		union {
			struct nlmsgerr err;
			struct inet_diag_msg msg;
		};
		char rest[1024];
	} reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	memcpy(ask.req.id.idiag_src, &play->address[play->local], len);
	memcpy(ask.req.id.idiag_dst, &play->address[!play->local], len);
	if (fd < 0 || send(fd, &ask, sizeof(ask), 0) < 0 ||
	    recv(fd, &reply, sizeof(reply), 0) < 0)
		broken(play, "sock_diag: %m");
	close(fd);
	if (reply.head.nlmsg_type == SOCK_DIAG_BY_FAMILY)
		return reply.msg.idiag_state;
	if (reply.err.error != -ENOENT) {
		errno = -reply.err.error;
		broken(play, "sock_diag: %m");
	}
	return 0;
}
