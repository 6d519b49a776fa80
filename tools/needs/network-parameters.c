/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/needs/network-parameters.h"
#include "tools/needs/servers.h"
#include "tools/pci/below.h"
#include "tools/system/root.h"

/*
 * The kernel's own (nfsroot.rst), those of initramfs-tools (initramfs-tools(7)) and of
 * dracut (dracut.cmdline(7)), and nbd's.
 */
static const char *const names[] = {"ip", "BOOTIF", "nfsroot", "netroot", "root",
	"nfsaddrs", "iscsi_target_ip", "nbdroot", "bond", "vlan", "bridge", "team",
	"ifname", "rd.route", "nvmf.discover", "rd.nvmf.discover", "fetch", "httpfs",
	"ftpfs"};

#define IBFT_PATH "/sys/firmware/ibft"

static char *lower(const char *text)
{
	char *copy = copy_text(text);

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* A name between other characters than those that a name has. */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
		char before = at == text ? '\0' : at[-1];

		if (!isalnum((unsigned char)before) &&
			!isalnum((unsigned char)at[length]))
			return true;
	}
	return false;
}

/* "52:54:00:12:34:56", which PXE's BOOTIF has with "-" between. */
static bool has_hardware_address(const char *text, const char *interface)
{
	CLEANUP_FREE char *path = format_text("/sys/class/net/%s/address", interface);
	CLEANUP_FREE char *address = root_read_word(path);
	CLEANUP_FREE char *small = lower(text);
	static const char nobody[] = "00:00:00:00:00:00";

	if (address == NULL || strlen(address) != strlen(nobody) ||
		strcmp(address, nobody) == 0)
		return false;
	for (char *at = small; *at != '\0'; at++)
		if (*at == '-')
			*at = ':';
	return strstr(small, address) != NULL;
}

void interfaces_named(const char *text, struct lines *interfaces)
{
	char **all = root_list("/sys/class/net");

	for (size_t i = 0; all[i] != NULL; i++)
		if (has_word(text, all[i]) || has_hardware_address(text, all[i]))
			set_add(interfaces, all[i]);
	root_list_free(all);
}

static void add(const struct next_boot *boot, struct needs *needs,
	struct lines *interfaces, const char *who)
{
	const struct pci_device *owner = NULL;
	const char *interface;

	while ((owner = interface_owner(boot, owner, interfaces, &interface)) != NULL)
		need_add(needs, owner, NEED_REFUSED,
			"%s needs its network interface %s before there is a root", who,
			interface);
	lines_free(interfaces);
}

/* An interface by its name; where none is named, the one that leads to an address. */
static void add_parameter(const struct next_boot *boot, struct needs *needs,
	const struct parameter *parameter)
{
	CLEANUP_FREE char *value = span_copy(parameter->value);
	/* The value may hold a password (netroot=iscsi:USER:PASSWORD@...). */
	CLEANUP_FREE char *who =
		format_text("'%.*s=' on the kernel command line", SPAN(parameter->name));
	struct lines interfaces = {0};

	/* root=UUID=..., root=/dev/...: no network. */
	if (parameter_is(parameter, "root") && strchr(value, ':') == NULL)
		return;
	interfaces_named(value, &interfaces);
	if (interfaces.count == 0)
		addresses_add_interfaces(parameter->value, &interfaces);
	add(boot, needs, &interfaces, who);
}

static void add_parameters(const struct next_boot *boot, struct needs *needs)
{
	struct cmdline cmdline = cmdline_read(boot->line, strlen(boot->line));
	struct parameter parameter;

	while (cmdline_next(&cmdline, &parameter))
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (parameter_is(&parameter, names[i]))
				add_parameter(boot, needs, &parameter);
}

/* The iSCSI Boot Firmware Table: /sys/firmware/ibft/ethernet0/mac (sysfs-ibft). */
static void add_firmware(const struct next_boot *boot, struct needs *needs)
{
	char **entries = root_list(IBFT_PATH);

	for (size_t i = 0; entries[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text(IBFT_PATH "/%s/mac", entries[i]);
		CLEANUP_FREE char *address = root_read_word(path);
		struct lines interfaces = {0};

		if (address == NULL)
			continue;
		interfaces_named(address, &interfaces);
		add(boot, needs, &interfaces,
			"the firmware's iSCSI boot (" IBFT_PATH ")");
	}
	root_list_free(entries);
}

void needs_of_network_parameters(const struct next_boot *boot, struct needs *needs)
{
	add_parameters(boot, needs);
	add_firmware(boot, needs);
}
