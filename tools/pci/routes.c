/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <net/route.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/below.h"
#include "tools/pci/routes.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

struct route {
	int family;
	unsigned char to[sizeof(struct in6_addr)]; /* in the network's order */
	unsigned int length;			   /* of the prefix, in bits */
	unsigned int metric;
	char interface[64];
};

/* proc_net_route: "Iface Destination Gateway Flags RefCnt Use Metric Mask ...", numbers
 * in hexadecimal, addresses as they lie in memory. */
static bool parse_ipv4(const char *line, struct route *route)
{
	unsigned int destination, flags, mask;

	route->family = AF_INET;
	if (sscanf(line, "%63s %x %*x %x %*d %*d %u %x", route->interface, &destination,
		    &flags, &route->metric, &mask) != 5)
		return false;
	memcpy(route->to, &destination, sizeof(destination));
	route->length = (unsigned int)__builtin_popcount(mask);
	return (flags & RTF_REJECT) == 0;
}

/* "DESTINATION LENGTH SOURCE LENGTH NEXT METRIC REFERENCES USE FLAGS INTERFACE" */
static bool parse_ipv6(const char *line, struct route *route)
{
	char destination[33];
	unsigned int flags;

	route->family = AF_INET6;
	if (sscanf(line, "%32s %x %*s %*x %*s %x %*x %*x %x %63s", destination,
		    &route->length, &route->metric, &flags, route->interface) != 5 ||
		strlen(destination) != 2 * sizeof(route->to))
		return false;
	for (size_t i = 0; i < sizeof(route->to); i++)
		route->to[i] = (unsigned char)(hex_digit(destination[2 * i]) << 4 |
					       hex_digit(destination[2 * i + 1]));
	return (flags & RTF_REJECT) == 0 && strcmp(route->interface, "lo") != 0;
}

struct routes {
	struct route *route;
	size_t count;
};

static void read_routes(const char *path, bool (*parse)(const char *, struct route *),
	struct routes *routes)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;

	if (root_read(path, &text, NULL) < 0)
		return;
	rest = span_of(text);
	while (span_line(&rest, &line)) {
		CLEANUP_FREE char *copy = span_copy(line);
		struct route route = {0};

		if (parse(copy, &route))
			*ARRAY_ADD(routes->route, routes->count) = route;
	}
}

static struct routes read_all(void)
{
	struct routes routes = {0};

	read_routes("/proc/net/route", parse_ipv4, &routes);
	read_routes("/proc/net/ipv6_route", parse_ipv6, &routes);
	return routes;
}

void routes_default(struct lines *interfaces)
{
	struct routes routes = read_all();

	for (size_t i = 0; i < routes.count; i++)
		if (routes.route[i].length == 0)
			set_add(interfaces, routes.route[i].interface);
	free(routes.route);
}

static bool fits(const struct route *route, int family, const unsigned char *address)
{
	unsigned int whole = route->length / 8, rest = route->length % 8;

	if (route->family != family || route->length > 8 * sizeof(route->to) ||
		memcmp(route->to, address, whole) != 0)
		return false;
	return rest == 0 || ((route->to[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool routes_to(const char *address, struct lines *interfaces)
{
	unsigned char bytes[sizeof(struct in6_addr)] = {0};
	int family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	const struct route *best = NULL;
	struct routes routes;

	if (inet_pton(family, address, bytes) != 1)
		return false;
	routes = read_all();
	for (size_t i = 0; i < routes.count; i++) {
		const struct route *route = &routes.route[i];

		if (fits(route, family, bytes) &&
			(best == NULL || route->length > best->length ||
				(route->length == best->length &&
					route->metric < best->metric)))
			best = route;
	}
	if (best != NULL)
		set_add(interfaces, best->interface);
	free(routes.route);
	return best != NULL;
}

static bool is_hardware(const char *interface)
{
	CLEANUP_FREE char *path = format_text("/sys/class/net/%s/device", interface);

	return root_exists(path);
}

/* Over a tunnel or a switch of its own kind (Open vSwitch), the card that carries it
 * cannot be told: any that is up may be it. */
static bool may_carry(const char *interface)
{
	CLEANUP_FREE char *path = format_text("/sys/class/net/%s/operstate", interface);
	CLEANUP_FREE char *state = root_read_word(path);

	return is_hardware(interface) && (state == NULL || strcmp(state, "down") != 0);
}

void interfaces_add_up(struct lines *interfaces)
{
	char **names = root_list("/sys/class/net");

	for (size_t i = 0; names[i] != NULL; i++)
		if (may_carry(names[i]))
			set_add(interfaces, names[i]);
	root_list_free(names);
}

/* All that it carries is in sight: a bridge of the kernel's own has a list of its ports,
 * and a port that a program made (tun_flags) is a virtual machine's. */
static bool ends_here(const char *interface)
{
	CLEANUP_FREE char *path = format_text("/sys/class/net/%s", interface);
	CLEANUP_FREE char *bridge = format_text("%s/bridge", path);
	CLEANUP_FREE char *tap = format_text("%s/tun_flags", path);
	CLEANUP_FREE char *port = format_text("%s/brport", path);

	return root_exists(bridge) || (root_exists(tap) && root_exists(port));
}

void interfaces_add_carriers(struct lines *interfaces)
{
	size_t given = interfaces->count;
	bool hardware = false, unknown = false;

	for (size_t i = 0; i < interfaces->count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/net/%s", interfaces->line[i]);
		CLEANUP_FREE char *ports = format_text("%s/brif", path);

		set_add_names(interfaces, path, "lower_");
		set_add_names(interfaces, ports, "");
		hardware = hardware || is_hardware(interfaces->line[i]);
		unknown = unknown || !ends_here(interfaces->line[i]);
	}
	if (given > 0 && !hardware && unknown)
		interfaces_add_up(interfaces);
}
