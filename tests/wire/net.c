// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network namespace for one script: nothing is left of the one before, and no
 * setting has to be put back. Its only way out is the TUN device.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire.h"

/* Beyond what an emulated processor can stand still: no timer fires in between. */
#define RTO_MIN_MS 1000

static const char *const addresses[FAMILIES][2] = {
	[IPV4] = { "192.0.2.1", "192.0.2.2" },
	[IPV6] = { "2001:db8::1", "2001:db8::2" },
	[MAPPED] = { "192.0.2.1", "192.0.2.2" },
	[SCOPED] = { "fe80::1", "fe80::2" },
};

struct request {
	struct nlmsghdr head;
	union {
		struct ifaddrmsg address;
		struct rtmsg route;
	};
	char attributes[256];
};

bool net_is_ipv4(const struct play *play)
{
	return play->family == IPV4 || play->family == MAPPED;
}

static struct rtattr *add(struct request *req, int type, const void *data, size_t len)
{
	struct rtattr *rta = (void *)((char *)req + NLMSG_ALIGN(req->head.nlmsg_len));

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (data)
		memcpy(RTA_DATA(rta), data, len);
	req->head.nlmsg_len = NLMSG_ALIGN(req->head.nlmsg_len) + RTA_ALIGN(rta->rta_len);
	return rta;
}

static void add_u32(struct request *req, int type, uint32_t value)
{
	add(req, type, &value, sizeof(value));
}

static void ask(struct play *play, int fd, struct request *req)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char rest[512];
	} reply;

	if (send(fd, req, req->head.nlmsg_len, 0) < 0 || recv(fd, &reply, sizeof(reply), 0) < 0)
		broken(play, "rtnetlink: %m");
	errno = -reply.err.error;
	if (errno)
		broken(play, "rtnetlink refuses: %m");
}

static void begin(struct request *req, int type, size_t body)
{
	memset(req, 0, sizeof(*req));
	req->head.nlmsg_len = NLMSG_LENGTH(body);
	req->head.nlmsg_type = type;
	req->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
}

static void add_address(struct play *play, int fd)
{
	bool v4 = net_is_ipv4(play);
	size_t len = v4 ? 4 : 16;
	struct request req;

	begin(&req, RTM_NEWADDR, sizeof(req.address));
	req.address.ifa_family = v4 ? AF_INET : AF_INET6;
	req.address.ifa_prefixlen = 8 * len;
	req.address.ifa_index = play->ifindex;
	req.address.ifa_scope = play->family == SCOPED ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	add(&req, IFA_LOCAL, &play->address[play->local], len);
	add(&req, IFA_ADDRESS, &play->address[play->local], len);
	/* Usable at once. */
	add_u32(&req, IFA_FLAGS, IFA_F_NODAD | IFA_F_PERMANENT);
	ask(play, fd, &req);
}

static void add_route(struct play *play, int fd)
{
	bool v4 = net_is_ipv4(play);
	size_t len = v4 ? 4 : 16;
	struct rtattr *metrics;
	struct request req;

	begin(&req, RTM_NEWROUTE, sizeof(req.route));
	req.route.rtm_family = v4 ? AF_INET : AF_INET6;
	req.route.rtm_dst_len = 8 * len;
	req.route.rtm_table = RT_TABLE_MAIN;
	req.route.rtm_protocol = RTPROT_STATIC;
	req.route.rtm_scope = v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	req.route.rtm_type = RTN_UNICAST;
	add(&req, RTA_DST, &play->address[!play->local], len);
	add_u32(&req, RTA_OIF, play->ifindex);
	metrics = add(&req, RTA_METRICS, NULL, 0);
	add_u32(&req, RTAX_LOCK, 1 << RTAX_RTO_MIN);
	add_u32(&req, RTAX_RTO_MIN, RTO_MIN_MS);
	metrics->rta_len = (char *)&req + req.head.nlmsg_len - (char *)metrics;
	ask(play, fd, &req);
}

static void set(struct play *play, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		broken(play, "%s: %m", path);
	close(fd);
}

/* The kernel inserts the local route of an IPv6 address when it gets to it. */
static bool has_local_route(const struct play *play)
{
	FILE *file = fopen("/proc/net/ipv6_route", "r");
	const uint8_t *p = play->address[play->local].v6.s6_addr;
	char line[256], hex[33];
	bool found = false;
	int i;

	for (i = 0; i < 16; i++)
		sprintf(hex + 2 * i, "%02x", p[i]);
	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, hex, 32) && strstr(line, " 80200001 ");
	if (file)
		fclose(file);
	return found;
}

static void await_local_route(struct play *play)
{
	long long end = now_ms() + PATIENCE_MS;

	while (!has_local_route(play)) {
		if (now_ms() > end)
			broken(play, "no local route");
		usleep(1000);
	}
}

/* What would answer now and not then, or repeat what nobody has lost. */
static void calm_down(struct play *play)
{
	set(play, "/proc/sys/net/ipv4/tcp_invalid_ratelimit", "0");
	set(play, "/proc/sys/net/ipv4/tcp_early_retrans", "0");
}

static void bring_up(struct play *play, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		broken(play, "%s: %m", name);
	close(fd);
}

void net_open(struct play *play)
{
	struct ifreq ifr = { .ifr_name = "tun0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	bool v4 = net_is_ipv4(play);
	struct stat st;
	int fd, i;

	for (i = 0; i < 2; i++)
		inet_pton(v4 ? AF_INET : AF_INET6,
			  addresses[play->family][i == play->local ? 0 : 1], &play->address[i]);
	if (unshare(CLONE_NEWNET) || stat("/proc/self/ns/net", &st))
		broken(play, "no network namespace: %m");
	/* What is in the trace is of a namespace that may have had this number before. */
	observe_read(play);
	play->netns = st.st_ino;
	play->tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (play->tun < 0 || ioctl(play->tun, TUNSETIFF, &ifr))
		broken(play, "/dev/net/tun: %m");
	play->ifindex = if_nametoindex("tun0");
	bring_up(play, "lo");
	bring_up(play, "tun0");
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	add_address(play, fd);
	add_route(play, fd);
	close(fd);
	if (!v4)
		await_local_route(play);
	calm_down(play);
}

void net_close(struct play *play)
{
	if (play->tun >= 0)
		close(play->tun);
	play->tun = -1;
}
