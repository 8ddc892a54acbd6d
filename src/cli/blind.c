// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lets packets pass the module by, in the present network namespace: asked
 * of the kernel through netlink (libmnl), bpf(2) and /proc. What cannot be asked
 * is told as such.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "blind.h"

/* That of the module's hooks: last. */
#define HOOK_PRIORITY 0x7fffffff

/**
 * struct look - a look around
 * @report: whom it is told
 * @context: for @report
 * @passed: in a list of hooks, the module's own has been passed
 * @family: of that list
 * @hook: of that list
 */
struct look {
	blind_report report;
	void *context;
	bool passed;
	const char *family;
	const char *hook;
};

__attribute__((format(printf, 4, 5)))
static void tell(const struct look *look, bool known, const char *what, const char *fmt, ...)
{
	char text[BLIND_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	look->report(look->context, known, what, text);
}

/* Sends a request for a list, and has its items taken. Returns errno. */
static int ask(int bus, struct nlmsghdr *request, mnl_cb_t take, struct look *look)
{
	struct mnl_socket *socket = mnl_socket_open(bus);
	char buf[32768];
	int err = 0, got;

	if (!socket)
		return errno;
	request->nlmsg_seq = time(NULL);
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		err = errno;
	while (!err) {
		got = mnl_socket_recvfrom(socket, buf, sizeof(buf));
		got = got < 0 ? -1 : mnl_cb_run(buf, got, request->nlmsg_seq,
						mnl_socket_get_portid(socket), take, look);
		if (got <= 0) {
			err = got < 0 ? errno : 0;
			break;
		}
	}
	mnl_socket_close(socket);
	return err;
}

static struct nlmsghdr *begin(char *buf, u16 type)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return request;
}

static struct nlmsghdr *begin_netfilter(char *buf, u16 subsystem, u16 type, u8 family)
{
	struct nlmsghdr *request = begin(buf, subsystem << 8 | type);
	struct nfgenmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	return request;
}

static int take_link(const struct nlmsghdr *answer, void *context)
{
	const struct nlattr *attr, *inner;
	const char *name = "?";
	u8 attached = XDP_ATTACHED_NONE;

	mnl_attr_for_each(attr, answer, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) != IFLA_XDP)
			continue;
		mnl_attr_for_each_nested(inner, attr)
			if (mnl_attr_get_type(inner) == IFLA_XDP_ATTACHED)
				attached = mnl_attr_get_u8(inner);
	}
	if (attached != XDP_ATTACHED_NONE)
		tell(context, true, "xdp",
		     "%s has an XDP program: what it drops, redirects or answers does not come here",
		     name);
	return MNL_CB_OK;
}

static void look_for_xdp(struct look *look)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = begin(buf, RTM_GETLINK);
	struct ifinfomsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	int err;

	header->ifi_family = AF_UNSPEC;
	err = ask(NETLINK_ROUTE, request, take_link, look);
	if (err)
		tell(look, false, "xdp", "XDP programs: %s", strerror(err));
}

static int take_flowtable(const struct nlmsghdr *answer, void *context)
{
	const struct nlattr *attr;
	const char *table = "?", *name = "?";

	mnl_attr_for_each(attr, answer, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_FLOWTABLE_TABLE)
			table = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NFTA_FLOWTABLE_NAME)
			name = mnl_attr_get_str(attr);
	}
	tell(context, true, "flowtable",
	     "nftables flowtable %s of table %s: forwarded connections that it takes over pass by",
	     name, table);
	return MNL_CB_OK;
}

static void look_for_flowtables(struct look *look)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	int err = ask(NETLINK_NETFILTER, begin_netfilter(buf, NFNL_SUBSYS_NFTABLES,
							 NFT_MSG_GETFLOWTABLE, NFPROTO_UNSPEC),
		      take_flowtable, look);

	/* Without nftables there are none. */
	if (err && err != EINVAL && err != EOPNOTSUPP && err != ENOENT)
		tell(look, false, "flowtable", "nftables flowtables: %s", strerror(err));
}

static int take_hook(const struct nlmsghdr *answer, void *context)
{
	const char *function = "?", *module = "the kernel";
	struct look *look = context;
	const struct nlattr *attr;
	s32 priority = 0;

	mnl_attr_for_each(attr, answer, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFNLA_HOOK_PRIORITY)
			priority = ntohl(mnl_attr_get_u32(attr));
		if (mnl_attr_get_type(attr) == NFNLA_HOOK_FUNCTION_NAME)
			function = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NFNLA_HOOK_MODULE_NAME)
			module = mnl_attr_get_str(attr);
	}
	if (!strcmp(module, "tcpfsm"))
		look->passed = true;
	else if (priority == HOOK_PRIORITY && look->passed)
		tell(look, true, "hook",
		     "%s %s: %s of %s comes after it at the same priority: what that one drops was not dropped for tcpfsm",
		     look->family, look->hook, function, module);
	return MNL_CB_OK;
}

static int look_at_hook(struct look *look, u8 family, u32 hook)
{
	static const char *const hooks[] = {
		[NF_INET_LOCAL_IN] = "LOCAL_IN", [NF_INET_FORWARD] = "FORWARD",
		[NF_INET_LOCAL_OUT] = "LOCAL_OUT",
	};
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = begin_netfilter(buf, NFNL_SUBSYS_HOOK, NFNL_MSG_HOOK_GET,
						   family);

	look->passed = false;
	look->family = family == NFPROTO_IPV4 ? "IPv4" : "IPv6";
	look->hook = hooks[hook];
	mnl_attr_put_u32(request, NFNLA_HOOK_HOOKNUM, htonl(hook));
	return ask(NETLINK_NETFILTER, request, take_hook, look);
}

static void look_for_hooks(struct look *look)
{
	static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };
	size_t i;
	u32 hook;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		for (hook = NF_INET_LOCAL_IN; hook <= NF_INET_LOCAL_OUT; hook++) {
			int err = look_at_hook(look, families[i], hook);

			if (!err || err == ENOENT)
				continue;
			tell(look, false, "hook", "hooks behind it at the same priority: %s%s",
			     strerror(err),
			     err == EINVAL ? " (no nfnetlink_hook in this kernel)" : "");
			return;
		}
}

static void look_for_bridges(struct look *look)
{
	struct stat st;

	if (!stat("/sys/module/bridge", &st) &&
	    stat("/proc/sys/net/bridge/bridge-nf-call-iptables", &st))
		tell(look, true, "bridge",
		     "bridges without br_netfilter: frames between their ports do not come here");
}

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static unsigned int type_of_map(u32 id)
{
	union bpf_attr attr = { .map_id = id };
	struct bpf_map_info info = {};
	int fd = bpf(BPF_MAP_GET_FD_BY_ID, &attr);

	if (fd < 0)
		return 0;
	attr = (union bpf_attr){ .info = {
		.bpf_fd = fd, .info_len = sizeof(info), .info = (uintptr_t)&info } };
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		info.type = 0;
	close(fd);
	return info.type;
}

static void look_for_sockmaps(struct look *look)
{
	union bpf_attr attr = {};
	unsigned int n = 0;

	while (!bpf(BPF_MAP_GET_NEXT_ID, &attr)) {
		unsigned int type = type_of_map(attr.next_id);

		n += type == BPF_MAP_TYPE_SOCKMAP || type == BPF_MAP_TYPE_SOCKHASH;
		attr = (union bpf_attr){ .start_id = attr.next_id };
	}
	if (errno != ENOENT)
		tell(look, false, "sockmap", "BPF sockmaps: %s", strerror(errno));
	else if (n)
		tell(look, true, "sockmap",
		     "%u BPF sockmap%s: data between sockets that they join make no segments", n,
		     n == 1 ? "" : "s");
}

/**
 * blind_look() - look for all that can be found out
 * @report: called for each thing
 * @context: for @report
 */
void blind_look(blind_report report, void *context)
{
	struct look look = { .report = report, .context = context };

	look_for_xdp(&look);
	look_for_flowtables(&look);
	look_for_hooks(&look);
	look_for_bridges(&look);
	look_for_sockmaps(&look);
	tell(&look, false, "offload",
	     "connections that a network card handles itself: ethtool -k DEVICE (hw-tc-offload), tc -s filter show dev DEVICE ingress (in_hw)");
}
