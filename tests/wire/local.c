// SPDX-License-Identifier: GPL-2.0-only
/* The calls of the local side, on sockets of this kernel. Nothing blocks. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const struct {
	const char *name;
	int level;
	int option;
} options[] = {
	{ "defer_accept", IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ "fastopen", IPPROTO_TCP, TCP_FASTOPEN },
	{ "nodelay", IPPROTO_TCP, TCP_NODELAY },
	{ "cork", IPPROTO_TCP, TCP_CORK },
	{ "user_timeout", IPPROTO_TCP, TCP_USER_TIMEOUT },
	{ "syncnt", IPPROTO_TCP, TCP_SYNCNT },
	{ "quickack", IPPROTO_TCP, TCP_QUICKACK },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },
	{ "keepidle", IPPROTO_TCP, TCP_KEEPIDLE },
	{ "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL },
	{ "keepcnt", IPPROTO_TCP, TCP_KEEPCNT },
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
	{ "mark", SOL_SOCKET, SO_MARK },
	{ "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUF },
	{ "repair", IPPROTO_TCP, TCP_REPAIR },
};

static void apply(struct play *play, int fd, const char *name, int value)
{
	size_t i;

	if (!strcmp(name, "mptcp"))	/* chosen with the socket */
		return;
	if (!strcmp(name, "isn")) {	/* TCP_REPAIR lets us choose */
		int on = 1, off = 0, queue = TCP_SEND_QUEUE;

		if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) ||
		    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) ||
		    setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &value, sizeof(value)) ||
		    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)))
			broken(play, "cannot set the ISN: %m");
		return;
	}
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strcmp(name, options[i].name))
			continue;
		if (setsockopt(fd, options[i].level, options[i].option, &value, sizeof(value)))
			broken(play, "%s: %m", name);
		return;
	}
	broken(play, "no such option: %s", name);
}

static bool is_mptcp(const struct play *play)
{
	unsigned int i;

	for (i = 0; i < play->options; i++)
		if (!strcmp(play->option[i].name, "mptcp"))
			return true;
	return false;
}

static socklen_t name_of(const struct play *play, int who, struct sockaddr_storage *name)
{
	struct sockaddr_in6 *v6 = (void *)name;
	struct sockaddr_in *v4 = (void *)name;

	memset(name, 0, sizeof(*name));
	if (play->family == IPV4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(play->port[who]);
		v4->sin_addr = play->address[who].v4;
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(play->port[who]);
	if (play->family == MAPPED) {
		v6->sin6_addr.s6_addr[10] = 0xff;
		v6->sin6_addr.s6_addr[11] = 0xff;
		memcpy(v6->sin6_addr.s6_addr + 12, &play->address[who].v4, 4);
	} else {
		v6->sin6_addr = play->address[who].v6;
	}
	if (play->family == SCOPED)
		v6->sin6_scope_id = play->ifindex;
	return sizeof(*v6);
}

static int keep(struct play *play, int fd)
{
	if (fd < 0)
		broken(play, "no socket: %m");
	if (play->sockets_open == SOCKETS_MAX)
		broken(play, "too many sockets");
	play->fds[play->sockets_open++] = fd;
	return fd;
}

static void drop(struct play *play, int *fd)
{
	unsigned int i;

	if (*fd < 0)
		broken(play, "there is no socket");
	for (i = 0; i < play->sockets_open; i++)
		if (play->fds[i] == *fd)
			play->fds[i] = -1;
	close(*fd);
	*fd = -1;
}

static int open_socket(struct play *play)
{
	struct sockaddr_storage name;
	socklen_t len = name_of(play, play->local, &name);
	int on = 1, fd;
	unsigned int i;

	fd = keep(play, socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			       is_mptcp(play) ? IPPROTO_MPTCP : IPPROTO_TCP));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	for (i = 0; i < play->options; i++)
		apply(play, fd, play->option[i].name, play->option[i].value);
	play->options = 0;
	if (bind(fd, (void *)&name, len))
		broken(play, "bind: %m");
	return fd;
}

static int number_or(struct play *play, int otherwise)
{
	const char *text = script_word(play);

	return text ? (int)script_number(play, text, NULL) : otherwise;
}

static void call_listen(struct play *play)
{
	play->listener = open_socket(play);
	if (listen(play->listener, number_or(play, 16)))
		broken(play, "listen: %m");
}

/* With a number: so much data in the SYN, by Fast Open. */
static void call_connect(struct play *play)
{
	struct sockaddr_storage name;
	socklen_t len = name_of(play, !play->local, &name);
	int data = number_or(play, -1);
	char text[1500];

	memset(text, 'x', sizeof(text));
	play->conn = open_socket(play);
	if (data >= 0 ? sendto(play->conn, text, data, MSG_FASTOPEN, (void *)&name, len) < 0 :
			connect(play->conn, (void *)&name, len))
		if (errno != EINPROGRESS)
			broken(play, "connect: %m");
}

static bool await(int fd, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	return poll(&poll_fd, 1, PATIENCE_MS) == 1;
}

static void call_accept(struct play *play)
{
	await(play->listener, POLLIN);
	play->conn = keep(play, accept4(play->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static void call_send(struct play *play)
{
	int len = number_or(play, 1);
	char *data = calloc(len, 1);
	int sent;

	sent = data ? send(play->conn, data, len, MSG_NOSIGNAL) : -1;
	free(data);
	if (sent != len)
		broken(play, "sent %d bytes, not %d: %m", sent, len);
}

static void expect_error(struct play *play, int got)
{
	const char *want = script_word(play);
	const char *name = got ? strerrorname_np(got) : "none";

	if (!want || strcmp(want, name))
		broken(play, "the error is %s", name);
}

static void call_recv(struct play *play)
{
	const char *text = script_word(play);
	static char data[1 << 16];
	ssize_t got;
	int left;

	if (text && !strcmp(text, "error")) {
		await(play->conn, POLLIN);
		expect_error(play, recv(play->conn, data, 1, 0) < 0 ? errno : 0);
		return;
	}
	if (text && !strcmp(text, "eof")) {
		await(play->conn, POLLIN);
		got = recv(play->conn, data, 1, 0);
		if (got)
			broken(play, "no end of file, but %zd: %m", got);
		return;
	}
	for (left = text ? (int)script_number(play, text, NULL) : 1; left > 0; left -= got) {
		await(play->conn, POLLIN);
		got = recv(play->conn, data, left, 0);
		if (got <= 0)
			broken(play, "%d bytes are missing: %m", left);
	}
}

static void call_error(struct play *play)
{
	socklen_t len = sizeof(int);
	int error = 0;

	await(play->conn, POLLERR);
	if (getsockopt(play->conn, SOL_SOCKET, SO_ERROR, &error, &len))
		broken(play, "SO_ERROR: %m");
	expect_error(play, error);
}

static void call_shutdown(struct play *play)
{
	if (shutdown(play->conn, SHUT_WR))
		broken(play, "shutdown: %m");
}

static void call_close(struct play *play)
{
	const char *which = script_word(play);

	drop(play, which && !strcmp(which, "listener") ? &play->listener : &play->conn);
}

static void call_abort(struct play *play)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(play->conn, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	drop(play, &play->conn);
}

static void call_set(struct play *play)
{
	const char *name = script_word(play);
	int fd = play->conn >= 0 ? play->conn : play->listener;
	int value = number_or(play, 1);

	if (!name)
		broken(play, "which option?");
	if (fd >= 0) {
		apply(play, fd, name, value);
		return;
	}
	if (play->options == OPTIONS_MAX)
		broken(play, "too many options");
	snprintf(play->option[play->options].name, sizeof(play->option[0].name), "%s", name);
	play->option[play->options++].value = value;
}

static void call_sysctl(struct play *play)
{
	char path[128] = "/proc/sys/", *at = path + strlen(path);
	const char *name = script_word(play), *value = script_word(play);
	int fd;

	if (!name || !value)
		broken(play, "sysctl NAME VALUE");
	for (; *name && at < path + sizeof(path) - 1; name++)
		*at++ = *name == '.' ? '/' : *name;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		broken(play, "%s: %m", path);
	close(fd);
}

/* Waits for it: the clock may have to bring it about. */
static void call_state(struct play *play)
{
	const char *text = script_word(play);
	int want = text ? state_by_word(text) : -1;
	long long end = now_ms() + PATIENCE_MS;
	int got;

	while ((got = observe_socket(play)) != want) {
		if (want < 0 || now_ms() > end)
			broken(play, "the socket is %s", state_name(got));
		usleep(20000);
	}
	play->sockets++;
}

bool local_call(struct play *play, const char *verb)
{
	static const struct {
		const char *verb;
		void (*call)(struct play *play);
	} calls[] = {
		{ "listen", call_listen }, { "connect", call_connect },
		{ "accept", call_accept }, { "send", call_send }, { "recv", call_recv },
		{ "error", call_error }, { "shutdown", call_shutdown },
		{ "close", call_close }, { "abort", call_abort }, { "set", call_set },
		{ "sysctl", call_sysctl }, { "state", call_state },
	};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (!strcmp(verb, calls[i].verb)) {
			calls[i].call(play);
			return true;
		}
	}
	return false;
}

/* What the script has left open, at its end. */
void local_close(struct play *play)
{
	unsigned int i;

	for (i = 0; i < play->sockets_open; i++)
		if (play->fds[i] >= 0)
			close(play->fds[i]);
	play->sockets_open = 0;
}
