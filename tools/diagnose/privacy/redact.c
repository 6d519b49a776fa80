/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmdline/text.h"
#include "tools/text/string.h"
#include "tools/text/json.h"
#include "tools/system/root.h"
#include "tools/diagnose/privacy/redact.h"

/* Names that every second machine has say nothing, and are words of other things. */
static bool is_common(const char *host)
{
	static const char *const names[] = {"localhost", "pve", "proxmox", "debian",
		"ubuntu", "fedora", "arch", "linux", "host", "kvm", "gpu", "nvidia",
		"vfio", "root", "vm", "pc", "server", "node", "(none)"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(host, names[i]) == 0)
			return true;
	return strlen(host) < 2;
}

void redact_begin(struct redaction *redaction)
{
	*redaction =
		(struct redaction){.host = root_read_word("/proc/sys/kernel/hostname")};
	if (redaction->host == NULL)
		redaction->host = root_read_word("/etc/hostname");
	if (redaction->host == NULL)
		return;
	redaction->host[strcspn(redaction->host, ".")] = '\0';
	if (is_common(redaction->host)) {
		free(redaction->host);
		redaction->host = NULL;
	}
}

void redact_end(struct redaction *redaction)
{
	for (size_t i = 0; i < redaction->count; i++) {
		free(redaction->pseudonym[i].original);
		free(redaction->pseudonym[i].name);
	}
	free(redaction->pseudonym);
	free(redaction->host);
}

static const char *pseudonym(struct redaction *redaction, const char *kind,
	const char *original, size_t length)
{
	struct pseudonym *new;
	size_t number = 1;

	for (size_t i = 0; i < redaction->count; i++) {
		const struct pseudonym *old = &redaction->pseudonym[i];

		if (!text_begins(old->name, kind))
			continue;
		if (strlen(old->original) == length &&
			strncasecmp(old->original, original, length) == 0)
			return old->name;
		number++;
	}
	redaction->pseudonym = allocate_more(redaction->pseudonym,
		(redaction->count + 1) * sizeof(*redaction->pseudonym));
	new = &redaction->pseudonym[redaction->count++];
	new->original = format_text("%.*s", (int)length, original);
	new->name = format_text("%s-%zu", kind, number);
	return new->name;
}

/* The length of what looks like a MAC address: six bytes, and no seventh. */
static size_t mac_length(const char *at)
{
	for (size_t i = 0; i < 17; i++)
		if (i % 3 == 2 ? at[i] != ':' && at[i] != '-' : hex_digit(at[i]) < 0)
			return 0;
	return at[17] == ':' || hex_digit(at[17]) >= 0 ? 0 : 17;
}

static size_t uuid_length(const char *at)
{
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? at[i] != '-'
							    : hex_digit(at[i]) < 0)
			return 0;
	return isalnum((unsigned char)at[36]) ? 0 : 36;
}

/* Four numbers up to 255; the machine's own 127.x and 0.0.0.0 say nothing. */
static size_t ip4_length(const char *at)
{
	size_t length = 0;

	for (int part = 0; part < 4; part++) {
		size_t digits = strspn(at + length, "0123456789");

		if (digits == 0 || digits > 3 || atoi(at + length) > 255)
			return 0;
		length += digits;
		if (part < 3 && at[length++] != '.')
			return 0;
	}
	if (isalnum((unsigned char)at[length]) ||
		(at[length] == '.' && isdigit((unsigned char)at[length + 1])) ||
		text_begins(at, "127.") || strncmp(at, "0.0.0.0", length) == 0)
		return 0;
	return length;
}

/* Eight groups, or fewer with "::" among them; PCI addresses and IDs are neither. */
static size_t ip6_length(const char *at)
{
	size_t length = strspn(at, "0123456789abcdefABCDEF:");
	size_t colons = 0, digits = 0;
	bool gap = false;

	while (length > 0 && at[length - 1] == ':')
		length--;
	for (size_t i = 0; i < length; i++) {
		colons += at[i] == ':';
		gap = gap || (i + 1 < length && at[i] == ':' && at[i + 1] == ':');
		digits = at[i] == ':' ? 0 : digits + 1;
		if (digits > 4)
			return 0;
	}
	if (isalnum((unsigned char)at[length]) || (!gap && colons != 7) || colons > 7 ||
		length < 4)
		return 0;
	return length;
}

/* What follows words that announce a serial number, or a filesystem's short UUID. */
static size_t announced_length(const char *at, size_t *value, const char **kind)
{
	static const struct {
		const char *word, *kind;
	} words[] = {
		{"serial number is ", "serial"},
		{"serial number: ", "serial"},
		{"serialnumber: ", "serial"},
		{"serial: ", "serial"},
		{"serial=", "serial"},
		{"/by-id/", "disk"},
		{"/by-uuid/", "uuid"},
		{"/by-partuuid/", "uuid"},
		{"uuid=", "uuid"},
		{"/home/", "user"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t length = strlen(words[i].word);

		if (strncasecmp(at, words[i].word, length) != 0)
			continue;
		*value = strcspn(at + length, " \t\n,;/\"'`)]&<>.");
		*kind = words[i].kind;
		return *value > 0 ? length : 0;
	}
	return 0;
}

/* This machine's name as a word, with the domain behind it. */
static size_t host_length(const struct redaction *redaction, const char *at)
{
	size_t length, domain;

	if (redaction->host == NULL)
		return 0;
	length = strlen(redaction->host);
	if (strncmp(at, redaction->host, length) != 0 ||
		isalnum((unsigned char)at[length]) || at[length] == '_')
		return 0;
	while (at[length] == '.' && isalpha((unsigned char)at[length + 1])) {
		domain = 1 + strcspn(at + length + 1, " \t\n,;:/\"'`)]&<>.");
		length += domain;
	}
	return length;
}

/* What begins at a word's front, if it is to be replaced. */
static size_t word_length(
	const struct redaction *redaction, const char *at, const char **kind)
{
	size_t length;

	if ((length = mac_length(at)) > 0)
		*kind = "mac";
	else if ((length = uuid_length(at)) > 0)
		*kind = "uuid";
	else if ((length = ip4_length(at)) > 0 || (length = ip6_length(at)) > 0)
		*kind = "ip";
	else if ((length = host_length(redaction, at)) > 0)
		*kind = "host";
	return length;
}

char *redact_text(struct redaction *redaction, const char *text)
{
	char *out = NULL;
	size_t size, used;
	FILE *to = open_memstream(&out, &size);
	bool inside = false; /* of a word */

	if (to == NULL)
		return copy_text("");
	for (const char *at = text; *at != '\0';) {
		const char *kind;
		size_t value, length = announced_length(at, &value, &kind);

		used = 1;
		if (length > 0) {
			fprintf(to, "%.*s%s", (int)length, at,
				pseudonym(redaction, kind, at + length, value));
			used = length + value;
		} else if (!inside && (length = word_length(redaction, at, &kind)) > 0) {
			/* a host is the same with and without its domain */
			value = strcmp(kind, "host") == 0 ? strlen(redaction->host)
							  : length;
			fputs(pseudonym(redaction, kind, at, value), to);
			used = length;
		} else {
			fputc(*at, to);
		}
		at += used;
		inside = isalnum((unsigned char)at[-1]) || at[-1] == '.' ||
			 at[-1] == ':' || at[-1] == '_';
		/* ":" ends a word of prose, "::1" does not */
		if (at[-1] == ':' && (*at == ' ' || hex_digit(*at) < 0))
			inside = false;
	}
	fclose(to);
	return out;
}

void redact_json(struct redaction *redaction, json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(value)) {
		CLEANUP_FREE char *text =
			redact_text(redaction, json_string_value(value));

		json_string_set(value, text);
	} else if (json_is_array(value)) {
		json_array_foreach (value, i, item)
			redact_json(redaction, item);
	} else if (json_is_object(value)) {
		json_object_foreach (value, key, item)
			redact_json(redaction, item);
	}
}
