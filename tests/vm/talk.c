// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds both ends of TCP conversations, in two network namespaces, and does
 * with them what the command line says, one step after the other. One process
 * is enough, so that nothing depends on how two of them are scheduled.
 *
 *	talk CLIENT_NS SERVER_NS SERVER_ADDRESS PORT STEP...
 *
 * A namespace is a name below /run/netns, or - for the present one. A step is
 * SOCKET.VERB[=ARGUMENT]; sockets have one-letter names, and live in the
 * server's namespace from l to z, in the client's from a to k:
 *
 *	l.listen[=BACKLOG]	on SERVER_ADDRESS, or on the address given before
 *	X.address=ADDRESS	where X binds to, or connects to
 *	X.bind=PORT		before connect, or for a listener instead of PORT
 *	X.connect		and wait until it is connected
 *	X.syn			begin to connect
 *	X.connected, X.error=E	wait until it is, or until it failed like that
 *	X.accept		from l
 *	X.send=N, X.recv=N	bytes
 *	X.shut			send a FIN, keep the socket
 *	X.close, X.abort	the second with SO_LINGER 0
 *	X.eof			wait until all was read
 *	X.state=STATE		wait until TCP_INFO says so
 *	X.cork=0|1, X.nodelay=0|1, X.defer=SECONDS	socket options
 *	sleep=MILLISECONDS
 *	sh=COMMAND		with $X_port for each socket X
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "place.h"

/* Far beyond what anything takes: a step that lasts this long has failed. */
#define PATIENCE_MS 30000

static const char *const states[] = {
	"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
};

struct peer {
	int fd;
	const char *address;
	const char *port;
};

static struct peer peers[26];
static const char *server_address, *server_port;
static int client_ns, server_ns;
static const char *step;

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "talk: %s: ", step ? step : "setup");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void pause_ms(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static void enter(char name)
{
	if (setns(name >= 'l' ? server_ns : client_ns, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
}

/* "10.0.0.1", "2001:db8::1", "fe80::1%eth0" */
static socklen_t resolve(const char *address, const char *port, struct sockaddr_storage *ss)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;
	char host[INET6_ADDRSTRLEN];
	const char *scope = strchr(address, '%');

	memset(ss, 0, sizeof(*ss));
	snprintf(host, sizeof(host), "%.*s", (int)strcspn(address, "%"), address);
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(atoi(port));
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		die("%s is no address", address);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(atoi(port));
	if (scope)
		v6->sin6_scope_id = if_nametoindex(scope + 1);
	return sizeof(*v6);
}

static void make_socket(struct peer *peer, int family)
{
	const int one = 1;

	if (peer->fd >= 0)
		return;
	peer->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
}

static void do_listen(struct peer *peer, const char *backlog)
{
	struct sockaddr_storage ss;
	socklen_t len = resolve(peer->address ? peer->address : server_address, server_port, &ss);

	make_socket(peer, ss.ss_family);
	/* With a port of its own it is bound already. */
	if (!peer->port && bind(peer->fd, (struct sockaddr *)&ss, len))
		die("bind: %s", strerror(errno));
	if (listen(peer->fd, *backlog ? atoi(backlog) : 128))
		die("listen: %s", strerror(errno));
}

static void do_bind(struct peer *peer, const char *port)
{
	struct sockaddr_storage ss;
	socklen_t len = resolve(strchr(server_address, ':') ? "::" : "0.0.0.0", port, &ss);

	peer->port = port;
	make_socket(peer, ss.ss_family);
	if (bind(peer->fd, (struct sockaddr *)&ss, len))
		die("bind: %s", strerror(errno));
}

/* "address" or "address,port" */
static void do_syn(struct peer *peer)
{
	char address[INET6_ADDRSTRLEN + 32];
	const char *port = server_port;
	struct sockaddr_storage ss;
	socklen_t len;
	char *comma;

	snprintf(address, sizeof(address), "%s", peer->address ? peer->address : server_address);
	comma = strchr(address, ',');
	if (comma) {
		*comma = '\0';
		port = comma + 1;
	}
	len = resolve(address, port, &ss);
	make_socket(peer, ss.ss_family);
	if (connect(peer->fd, (struct sockaddr *)&ss, len) && errno != EINPROGRESS)
		die("connect: %s", strerror(errno));
}

static void wait_for(struct peer *peer, short events)
{
	struct pollfd pfd = { .fd = peer->fd, .events = events };
	int n = poll(&pfd, 1, PATIENCE_MS);

	if (n < 0)
		die("poll: %s", strerror(errno));
	if (!n)
		die("nothing happened for %d ms", PATIENCE_MS);
}

static int pending_error(struct peer *peer)
{
	socklen_t len = sizeof(int);
	int err = 0;

	getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err;
}

static void do_connected(struct peer *peer)
{
	int err;

	wait_for(peer, POLLOUT);
	err = pending_error(peer);
	if (err)
		die("%s", strerror(err));
}

static void do_error(struct peer *peer, const char *want)
{
	int err;

	wait_for(peer, POLLERR);
	err = pending_error(peer);
	if (strcmp(strerrorname_np(err), want))
		die("%s", strerrorname_np(err));
}

static void do_accept(struct peer *peer)
{
	struct peer *listener = &peers['l' - 'a'];

	wait_for(listener, POLLIN);
	peer->fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (peer->fd < 0)
		die("accept: %s", strerror(errno));
}

static void do_send(struct peer *peer, long n)
{
	static char data[65536];
	ssize_t sent;

	while (n > 0) {
		sent = send(peer->fd, data, n < (long)sizeof(data) ? n : (long)sizeof(data),
			    MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN)
			wait_for(peer, POLLOUT);
		else if (sent < 0)
			die("send: %s", strerror(errno));
		else
			n -= sent;
	}
}

/* n < 0: until the end of the stream */
static void do_recv(struct peer *peer, long n)
{
	char data[65536];
	ssize_t got;

	while (n) {
		size_t want = n > 0 && n < (long)sizeof(data) ? (size_t)n : sizeof(data);

		got = recv(peer->fd, data, want, 0);
		if (got < 0 && errno == EAGAIN) {
			wait_for(peer, POLLIN);
		} else if (got < 0) {
			die("recv: %s", strerror(errno));
		} else if (!got) {
			if (n > 0)
				die("end of the stream");
			return;
		} else if (n > 0) {
			n -= got;
		}
	}
}

static void do_close(struct peer *peer, bool abort)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (abort)
		setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(peer->fd);
	peer->fd = -1;
}

static void do_state(struct peer *peer, const char *want)
{
	struct tcp_info info;
	socklen_t len;
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 2) {
		len = sizeof(info);
		if (getsockopt(peer->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO: %s", strerror(errno));
		if (!strcmp(states[info.tcpi_state], want))
			return;
		pause_ms(2);
	}
	die("still %s", states[info.tcpi_state]);
}

static void set_option(struct peer *peer, int option, const char *value)
{
	int n = atoi(value);

	if (setsockopt(peer->fd, IPPROTO_TCP, option, &n, sizeof(n)))
		die("setsockopt: %s", strerror(errno));
}

static void do_sh(const char *command)
{
	struct sockaddr_storage ss;
	char name[] = "?_port";
	char value[8];
	socklen_t len;
	int i, status;

	for (i = 0; i < 26; i++) {
		len = sizeof(ss);
		if (peers[i].fd < 0 || getsockname(peers[i].fd, (struct sockaddr *)&ss, &len))
			continue;
		/* sin_port and sin6_port are at the same place. */
		snprintf(value, sizeof(value), "%u",
			 ntohs(((struct sockaddr_in *)&ss)->sin_port));
		*name = 'a' + i;
		setenv(name, value, 1);
	}
	status = system(command);
	if (status)
		die("exit status %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void do_step(void)
{
	const char *equals = strchr(step, '=');
	const char *arg = equals ? equals + 1 : "";
	struct peer *peer;
	char verb[32];

	if (!strncmp(step, "sleep=", 6))
		return pause_ms(atol(arg));
	if (!strncmp(step, "sh=", 3))
		return do_sh(arg);
	if (!islower(step[0]) || step[1] != '.')
		die("no such step");
	peer = &peers[step[0] - 'a'];
	enter(step[0]);
	snprintf(verb, sizeof(verb), "%.*s", (int)strcspn(step + 2, "="), step + 2);

	if (!strcmp(verb, "listen"))
		do_listen(peer, arg);
	else if (!strcmp(verb, "address"))
		peer->address = arg;
	else if (!strcmp(verb, "bind"))
		do_bind(peer, arg);
	else if (!strcmp(verb, "syn"))
		do_syn(peer);
	else if (!strcmp(verb, "connected"))
		do_connected(peer);
	else if (!strcmp(verb, "connect"))
		do_syn(peer), do_connected(peer);
	else if (!strcmp(verb, "error"))
		do_error(peer, arg);
	else if (!strcmp(verb, "accept"))
		do_accept(peer);
	else if (!strcmp(verb, "send"))
		do_send(peer, atol(arg));
	else if (!strcmp(verb, "recv"))
		do_recv(peer, atol(arg));
	else if (!strcmp(verb, "eof"))
		do_recv(peer, -1);
	else if (!strcmp(verb, "shut"))
		shutdown(peer->fd, SHUT_WR);
	else if (!strcmp(verb, "close"))
		do_close(peer, false);
	else if (!strcmp(verb, "abort"))
		do_close(peer, true);
	else if (!strcmp(verb, "state"))
		do_state(peer, arg);
	else if (!strcmp(verb, "cork"))
		set_option(peer, TCP_CORK, arg);
	else if (!strcmp(verb, "nodelay"))
		set_option(peer, TCP_NODELAY, arg);
	else if (!strcmp(verb, "defer"))
		set_option(peer, TCP_DEFER_ACCEPT, arg);
	else
		die("no such step");
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 6) {
		fprintf(stderr, "usage: talk CLIENT_NS SERVER_NS SERVER_ADDRESS PORT STEP...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < 26; i++)
		peers[i].fd = -1;
	client_ns = open_ns(argv[1]);
	server_ns = open_ns(argv[2]);
	server_address = argv[3];
	server_port = argv[4];
	for (i = 5; i < argc; i++) {
		step = argv[i];
		do_step();
	}
	return 0;
}
