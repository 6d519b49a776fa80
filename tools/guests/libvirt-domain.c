/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/guests/libvirt-domain.h"
#include "tools/guests/qemu-args.h"
#include "tools/text/span.h"

static bool is_element(xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)node->name, name) == 0;
}

static xmlNode *child(xmlNode *node, const char *name)
{
	for (xmlNode *at = node != NULL ? node->children : NULL; at != NULL;
		at = at->next)
		if (is_element(at, name))
			return at;
	return NULL;
}

/* malloc'ed; NULL if there is no such attribute */
static char *attribute(xmlNode *node, const char *name)
{
	xmlChar *value;
	char *copy;

	if (node == NULL)
		return NULL;
	value = xmlGetProp(node, (const xmlChar *)name);
	if (value == NULL)
		return NULL;
	copy = copy_text((const char *)value);
	xmlFree(value);
	return copy;
}

static bool attribute_is(xmlNode *node, const char *name, const char *wanted)
{
	CLEANUP_FREE char *value = attribute(node, name);

	return value != NULL && strcmp(value, wanted) == 0;
}

static bool attribute_has(xmlNode *node, const char *name, const char *piece)
{
	CLEANUP_FREE char *value = attribute(node, name);

	return value != NULL && strstr(value, piece) != NULL;
}

/* 0x01, 1 or absent, which is 0 */
static bool number_attribute(
	xmlNode *node, const char *name, uint32_t most, uint32_t *number)
{
	CLEANUP_FREE char *value = attribute(node, name);
	struct span span;
	uint64_t read;
	bool hex;

	*number = 0;
	if (value == NULL)
		return true;
	span = span_of(value);
	hex = span_starts(span, "0x") || span_starts(span, "0X");
	if (!span_number(span_from(span, hex ? 2 : 0), hex ? 16 : 10, most, &read))
		return false;
	*number = (uint32_t)read;
	return true;
}

static bool read_address(xmlNode *node, struct pci_address *address)
{
	uint32_t domain, bus, slot, function;

	if (node == NULL || !number_attribute(node, "domain", 0xffffffff, &domain) ||
		!number_attribute(node, "bus", 0xff, &bus) ||
		!number_attribute(node, "slot", 0x1f, &slot) ||
		!number_attribute(node, "function", 7, &function))
		return false;
	*address = (struct pci_address){
		.domain = domain,
		.bus = (uint8_t)bus,
		.device = (uint8_t)slot,
		.function = (uint8_t)function,
	};
	return true;
}

static unsigned int line_of(xmlNode *node)
{
	long line = xmlGetLineNo(node);

	return line > 0 && line < INT_MAX ? (unsigned int)line : 0;
}

static void read_hostdev(xmlNode *node, struct domain *domain)
{
	xmlNode *source = child(node, "source");
	struct domain_hostdev entry = {.line = line_of(node)};

	if (!read_address(child(source, "address"), &entry.address))
		return;
	entry.managed = attribute_is(node, "managed", "yes");
	entry.driver = attribute(child(node, "driver"), "name");
	entry.rom_file = attribute(child(node, "rom"), "file");
	*ARRAY_ADD(domain->hostdev, domain->hostdev_count) = entry;
}

static void read_mdev(xmlNode *node, struct domain *domain)
{
	char *uuid = attribute(child(child(node, "source"), "address"), "uuid");

	if (uuid != NULL)
		*ARRAY_ADD(domain->mdev, domain->mdev_count) =
			(struct domain_mdev){line_of(node), uuid};
}

/* The value of a -device among QEMU's own arguments. */
static void read_qemu_device(xmlNode *node, const char *value, struct domain *domain)
{
	struct domain_hostdev entry = {.line = line_of(node)};
	struct qemu_vfio_device given;

	if (!qemu_vfio_device_read(span_of(value), &given))
		return;
	if (given.mdev.length > 0) {
		*ARRAY_ADD(domain->mdev, domain->mdev_count) =
			(struct domain_mdev){entry.line, span_copy(given.mdev)};
		return;
	}
	if (!pci_address_parse(given.host, &entry.address))
		return;
	if (given.romfile.length > 0)
		entry.rom_file = span_copy(given.romfile);
	*ARRAY_ADD(domain->hostdev, domain->hostdev_count) = entry;
}

/* <qemu:commandline><qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=…'/> */
static void read_commandline(xmlNode *list, struct domain *domain)
{
	bool device = false;

	for (xmlNode *at = list != NULL ? list->children : NULL; at != NULL;
		at = at->next) {
		CLEANUP_FREE char *value = NULL;

		if (!is_element(at, "arg"))
			continue;
		value = attribute(at, "value");
		if (value != NULL && device)
			read_qemu_device(at, value, domain);
		device = value != NULL && strcmp(value, "-device") == 0;
	}
}

static void read_devices(xmlNode *devices, struct domain *domain)
{
	for (xmlNode *at = devices != NULL ? devices->children : NULL; at != NULL;
		at = at->next) {
		if (is_element(at, "iommu"))
			domain->viommu = true;
		else if (is_element(at, "hostdev") && attribute_is(at, "type", "pci"))
			read_hostdev(at, domain);
		else if (is_element(at, "hostdev") && attribute_is(at, "type", "mdev"))
			read_mdev(at, domain);
		else if (is_element(at, "interface") &&
			 attribute_is(at, "type", "hostdev") &&
			 !attribute_is(
				 child(child(at, "source"), "address"), "type", "usb"))
			read_hostdev(at, domain);
	}
}

/* The content of a memory element in KiB, which is also its unit unless it says so. */
static uint64_t read_memory(xmlNode *node)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {{"b", 1}, {"bytes", 1}, {"KB", 1000}, {"k", 1024}, {"KiB", 1024},
		{"MB", 1000000}, {"M", 1 << 20}, {"MiB", 1 << 20}, {"GB", 1000000000},
		{"G", 1 << 30}, {"GiB", 1 << 30}, {"TB", 1000000000000},
		{"T", 1ull << 40}, {"TiB", 1ull << 40}};
	CLEANUP_FREE char *unit = attribute(node, "unit");
	uint64_t bytes = 1024, number;
	xmlChar *content;
	bool good;

	if (node == NULL)
		return 0;
	for (size_t i = 0; unit != NULL && i < ARRAY_SIZE(units); i++)
		if (strcmp(unit, units[i].name) == 0)
			bytes = units[i].bytes;
	content = xmlNodeGetContent(node);
	good = content != NULL && span_number(span_trim(span_of((char *)content)), 10,
					  UINT64_MAX / bytes, &number);
	xmlFree(content);
	return good ? number * bytes / 1024 : 0;
}

static void read_domain(xmlNode *node, struct domain *domain)
{
	xmlNode *os = child(node, "os"), *name = child(node, "name");
	xmlChar *content = name != NULL ? xmlNodeGetContent(name) : NULL;

	domain->name = copy_text(content != NULL ? (const char *)content : "");
	xmlFree(content);
	domain->q35 = attribute_has(child(os, "type"), "machine", "q35");
	domain->ovmf = attribute_is(os, "firmware", "efi") ||
		       attribute_is(child(os, "loader"), "type", "pflash");
	domain->memory = read_memory(child(node, "memory"));
	domain->hard_limit = read_memory(child(child(node, "memtune"), "hard_limit"));
	domain->locked = child(child(node, "memoryBacking"), "locked") != NULL;
	read_devices(child(node, "devices"), domain);
	read_commandline(child(node, "commandline"), domain);
}

#if LIBXML_VERSION >= 21200
typedef const xmlError *parser_error;
#else
typedef xmlError *parser_error;
#endif

/* Keeps the first error: those behind it are often its consequences. */
static void note_error(void *parser, parser_error error)
{
	char **why = ((xmlParserCtxt *)parser)->_private;
	struct span text = span_of(error->message != NULL ? error->message : "");
	struct span line;

	if (*why != NULL || error->level < XML_ERR_ERROR)
		return;
	/* a message has a newline at its end, and may have others inside */
	if (!span_line(&text, &line))
		line = span_of("it is not XML");
	*why = format_text("%d: %.*s", error->line, SPAN(span_trim(line)));
}

int domain_read(const char *text, size_t length, struct domain *domain, char **why)
{
	/* No network, no external entities; the limits against XML bombs stay on. */
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	CLEANUP_FREE char *error = NULL;
	xmlDoc *document = NULL;
	xmlParserCtxt *parser;
	xmlNode *root;
	int result = -EINVAL;

	*domain = (struct domain){0};
	parser = length <= INT_MAX ? xmlNewParserCtxt() : NULL;
	if (parser == NULL) {
		*why = copy_text("1: the file is too big for XML");
		return -EINVAL;
	}
	parser->_private = &error;
	parser->sax->serror = note_error;
	document =
		xmlCtxtReadMemory(parser, text, (int)length, "domain.xml", NULL, options);
	root = document != NULL ? xmlDocGetRootElement(document) : NULL;
	if (root != NULL && is_element(root, "domstatus"))
		root = child(root, "domain");
	if (document == NULL) {
		*why = copy_text(error != NULL ? error : "1: it is not XML");
	} else if (root == NULL || !is_element(root, "domain")) {
		*why = copy_text("1: there is no <domain> in it");
	} else {
		read_domain(root, domain);
		result = 0;
	}
	xmlFreeDoc(document);
	xmlFreeParserCtxt(parser);
	return result;
}

void domain_free(struct domain *domain)
{
	for (size_t i = 0; i < domain->hostdev_count; i++) {
		free(domain->hostdev[i].driver);
		free(domain->hostdev[i].rom_file);
	}
	for (size_t i = 0; i < domain->mdev_count; i++)
		free(domain->mdev[i].uuid);
	free(domain->hostdev);
	free(domain->mdev);
	free(domain->name);
	*domain = (struct domain){0};
}
