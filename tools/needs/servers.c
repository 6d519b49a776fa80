/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/needs/servers.h"
#include "tools/needs/table.h"
#include "tools/pci/below.h"
#include "tools/pci/host-use.h"
#include "tools/pci/routes.h"
#include "tools/system/root.h"

static const char *const network_types[] = {"nfs", "nfs4", "cifs", "smb3", "ceph", "9p",
	"afs", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "lustre", "ocfs2", "gfs2"};

/* Takes the next run of characters of an address or a host's name off the front. */
static bool next_token(struct span *rest, const char *others, struct span *token)
{
	while (rest->length > 0 && !isalnum((unsigned char)rest->text[0]) &&
		rest->text[0] != ':')
		*rest = span_from(*rest, 1);
	*token = (struct span){rest->text, 0};
	while (token->length < rest->length) {
		char c = rest->text[token->length];

		if (!isalnum((unsigned char)c) && (c == '\0' || !strchr(others, c)))
			break;
		token->length++;
	}
	*rest = span_from(*rest, token->length);
	return token->length > 0;
}

static bool is_address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(strchr(text, ':') != NULL ? AF_INET6 : AF_INET, text, bytes) ==
	       1;
}

/* "10.0.0.1:2049", "[fd00::1]:/srv": with its colons it is IPv6, or else its pieces. */
static bool add_address(struct span token, struct lines *interfaces)
{
	CLEANUP_FREE char *whole = span_copy(token);
	bool found = is_address(whole);
	struct span piece;

	if (found)
		routes_to(whole, interfaces);
	while (!found && span_piece(&token, ':', &piece)) {
		CLEANUP_FREE char *part = span_copy(piece);

		if (!is_address(part))
			continue;
		routes_to(part, interfaces);
		found = true;
	}
	return found;
}

static bool has_name(struct span text, struct span name)
{
	struct span token;

	while (next_token(&text, ".-_", &token))
		if (span_same(token, name))
			return true;
	return false;
}

/* hosts(5): ADDRESS NAME... */
static bool add_hosts(struct span text, struct lines *interfaces)
{
	CLEANUP_FREE char *hosts = NULL;
	struct span rest, line, address, name;
	bool found = false;

	if (root_read("/etc/hosts", &hosts, NULL) < 0)
		return false;
	rest = span_of(hosts);
	while (span_line(&rest, &line)) {
		line.length = strcspn(line.text, "#\n");
		if (!span_word(&line, &address))
			continue;
		while (span_word(&line, &name))
			if (has_name(text, name))
				found |= add_address(address, interfaces);
	}
	return found;
}

bool addresses_add_interfaces(struct span text, struct lines *interfaces)
{
	struct span rest = text, token;
	bool found = false;

	while (next_token(&rest, ".:", &token))
		found |= add_address(token, interfaces);
	return found || add_hosts(text, interfaces);
}

bool server_interfaces(const char *type, const char *source, const char *options,
	struct lines *interfaces)
{
	static const char *const named[] = {"addr", "mon_addr"};
	bool network = false;
	struct span value;

	for (size_t i = 0; i < ARRAY_SIZE(network_types); i++)
		network = network || strcmp(type, network_types[i]) == 0;
	/* A share of the host of a virtual machine, whose source is a mere name. */
	if (option_find(options, "trans", &value) &&
		(span_is(value, "virtio") || span_is(value, "fd")))
		network = false;
	if (!network)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (option_find(options, named[i], &value))
			addresses_add_interfaces(value, interfaces);
	addresses_add_interfaces(span_of(source), interfaces);
	return true;
}

const struct pci_device *interface_owner(const struct next_boot *boot,
	const struct pci_device *after, struct lines *interfaces, const char **interface)
{
	bool behind = after == NULL;

	interfaces_add_carriers(interfaces);
	for (size_t i = 0; i < boot->count; i++) {
		CLEANUP_FREE char *use = NULL;

		if (behind) {
			*interface = interface_below(interfaces, boot->chosen[i]);
			use = *interface != NULL ? uses_network(boot->chosen[i]) : NULL;
			if (*interface != NULL && use == NULL)
				return boot->chosen[i];
		}
		behind = behind || boot->chosen[i] == after;
	}
	return NULL;
}
