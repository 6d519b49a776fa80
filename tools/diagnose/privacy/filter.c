/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/lines.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/diagnose/privacy/daemon-filter.h"
#include "tools/diagnose/privacy/filter.h"

void filter_begin(struct filter *filter, bool raw)
{
	*filter = (struct filter){.raw = raw};
	redact_begin(&filter->redaction);
}

void filter_end(struct filter *filter)
{
	redact_end(&filter->redaction);
	lines_free(&filter->ids);
	lines_free(&filter->modules);
}

char *filter_name(struct filter *filter, const char *name)
{
	return filter->raw ? copy_text(name) : redact_text(&filter->redaction, name);
}

bool filter_wants_content(const char *path)
{
	return !text_begins(path, "/boot/init") && !text_begins(path, "/boot/vmlinuz") &&
	       !text_begins(path, "/sys/firmware/acpi/");
}

/* Whether the line of a guest's configuration says who somebody is, or lets him in. */
static bool is_personal(const char *line)
{
	static const char *const keys[] = {"name:", "hostname:", "description:",
		"smbios1:", "searchdomain:", "tags:", "ciuser:", "cipassword:",
		"cicustom:", "sshkeys:", "lxc.uts.name"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (text_begins(line, keys[i]))
			return true;
	/* the environment of a container may hold anything */
	return text_begins(line, "lxc.environment") &&
	       memmem(line, strcspn(line, "\n"), "NVIDIA", strlen("NVIDIA")) == NULL;
}

void guest_conf_print(FILE *to, const char *text)
{
	while (*text != '\0') {
		const char *line = text + strspn(text, " \t");
		size_t length = strcspn(text, "\n");
		size_t key = strcspn(text, ":=\n");

		/* a description, or what is no line of a configuration at all */
		if (*text == '#' || (key >= length && length > 0 && *line != '['))
			fputs("# <omitted>\n", to);
		else if (is_personal(line))
			fprintf(to, "%.*s%c <omitted>\n", (int)key, text, text[key]);
		else
			fprintf(to, "%.*s\n", (int)length, text);
		text += length;
		text += *text == '\n';
	}
}

/* The bytes of what is left out here: what an element holds, or an attribute's value. */
static size_t personal_length(const char *at, size_t *front)
{
	static const struct {
		const char *begin, *end;
	} parts[] = {
		{"<title>", "</title>"},
		{"<description>", "</description>"},
		{"<metadata>", "</metadata>"},
		{"<entry name='serial'>", "</entry>"},
		{"<entry name=\"serial\">", "</entry>"},
		{" passwd='", "'"},
		{" passwd=\"", "\""},
		{" password='", "'"},
		{" password=\"", "\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *end;

		if (!text_begins(at, parts[i].begin))
			continue;
		*front = strlen(parts[i].begin);
		end = strstr(at + *front, parts[i].end);
		return end != NULL ? (size_t)(end - at) - *front : strlen(at + *front);
	}
	return 0;
}

void domain_print(FILE *to, const char *text)
{
	while (*text != '\0') {
		size_t front = 0, length = personal_length(text, &front);

		if (length == 0) {
			fputc(*text++, to);
			continue;
		}
		fprintf(to, "%.*s&lt;omitted&gt;", (int)front, text);
		text += front;
		/* the lines behind it keep their numbers */
		for (; length > 0; length--, text++)
			if (*text == '\n')
				fputc('\n', to);
	}
}

/* Lines that hold one of the words; the others are left empty, or out. */
static void print_lines(
	FILE *to, const char *text, const char *const *words, bool keep_numbers)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		bool shown = false;

		for (size_t i = 0; words[i] != NULL && !shown; i++) {
			const char *found = strcasestr(text, words[i]);

			shown = found != NULL && found < text + length;
		}
		if (shown)
			fprintf(to, "%.*s\n", (int)length, text);
		else if (keep_numbers)
			fputc('\n', to);
		text += length;
		text += *text == '\n';
	}
}

static bool is_script(const char *path)
{
	static const char *const places[] = {"/etc/systemd/", "/run/systemd/",
		"/usr/lib/systemd/", "/usr/local/lib/systemd/", "/etc/libvirt/hooks",
		"/var/lib/vz/snippets", "/etc/initramfs-tools/scripts", "/etc/udev/",
		"/run/udev/", "/usr/lib/udev/", "/lib/udev/", "/usr/local/lib/udev/",
		"/etc/dracut.conf", "/usr/lib/dracut/", "/etc/mkinitcpio"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (text_begins(path, places[i]))
			return true;
	return false;
}

void filter_add_id(struct filter *filter, const char *id)
{
	lines_add(&filter->ids, "%s", id);
}

void filter_add_module(struct filter *filter, const char *module)
{
	lines_add(&filter->modules, "/%s.ko", module);
}

/* Of modules.dep and modules.builtin the lines that the diagnosis may ask about. */
static void print_modules(const struct filter *filter, FILE *to, const char *text)
{
	static const char *const always[] = {"vfio", "nvidia", "nouveau"};
	CLEANUP_FREE const char **words = NULL;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		*ARRAY_ADD(words, count) = always[i];
	for (size_t i = 0; i < filter->modules.count; i++)
		*ARRAY_ADD(words, count) = filter->modules.line[i];
	*ARRAY_ADD(words, count) = NULL;
	print_lines(to, text, words, false);
}

/* Whether one of this machine's devices has an ID that begins so. */
static bool has_id(const struct filter *filter, const char *vendor, const char *device)
{
	for (size_t i = 0; i < filter->ids.count; i++)
		if (strncmp(filter->ids.line[i], vendor, 4) == 0 &&
			(device == NULL ||
				strncmp(filter->ids.line[i] + 5, device, 4) == 0))
			return true;
	return false;
}

/* Of pci.ids the names of this machine's devices, and of all classes. */
static void print_names(const struct filter *filter, FILE *to, const char *text)
{
	const char *vendor = "";
	bool class = false;

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		bool shown = false;

		if (text_begins(text, "C ")) {
			class = shown = true;
		} else if (*text != '\t' && *text != '#') {
			class = false;
			vendor = text;
			shown = length > 4 && has_id(filter, vendor, NULL);
		} else if (*text == '\t' && text[1] != '\t') {
			shown = class || (length > 5 && strlen(vendor) > 4 &&
						 has_id(filter, vendor, text + 1));
		}
		if (shown)
			fprintf(to, "%.*s\n", (int)length, text);
		text += length;
		text += *text == '\n';
	}
}

static void print_content(
	const struct filter *filter, FILE *to, const char *path, const char *text)
{
	static const char *const interrupts[] = {"IR-", "PCI-MSI", "IO-APIC", NULL};
	static const char *const drivers[] = {"vfio", "driver", "pci", "bind", "nvidia",
		"nouveau", "amdgpu", "modprobe", "module", NULL};

	if (text_begins(path, "/etc/pve/lxc/") ||
		text_begins(path, "/etc/pve/qemu-server/") ||
		text_begins(path, "/var/lib/lxc/") || text_begins(path, "/etc/lxc/") ||
		text_ends(path, "/lxc.conf"))
		guest_conf_print(to, text);
	else if (text_ends(path, "/backup.yaml"))
		daemon_conf_print(to, text);
	else if (text_begins(path, "/etc/libvirt/qemu/") && text_ends(path, ".xml"))
		domain_print(to, text);
	else if (text_ends(path, "/modules.dep") || text_ends(path, "/modules.builtin"))
		print_modules(filter, to, text);
	else if (strcmp(path, "/proc/interrupts") == 0)
		print_lines(to, text, interrupts, false);
	else if (strcmp(path, "/proc/cpuinfo") == 0 && strstr(text, "\n\n") != NULL)
		fprintf(to, "%.*s", (int)(strstr(text, "\n\n") - text) + 1, text);
	else if (text_ends(path, "/pci.ids"))
		print_names(filter, to, text);
	else if (is_script(path))
		print_lines(to, text, drivers, true);
	else
		fputs(text, to);
}

char *filter_content(struct filter *filter, const char *path, const char *text)
{
	CLEANUP_FREE char *kept = NULL;
	size_t size;
	FILE *to;

	if (filter->raw)
		return copy_text(text);
	to = open_memstream(&kept, &size);
	if (to == NULL)
		return copy_text("");
	print_content(filter, to, path, text);
	fclose(to);
	return redact_text(&filter->redaction, kept);
}

char *filter_log(struct filter *filter)
{
	CLEANUP_FREE char *path = root_path("/dev/kmsg");
	CLEANUP_FREE char *whole = NULL;
	char buffer[8192];
	size_t size;
	FILE *to = open_memstream(&whole, &size);
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	if (to == NULL)
		return copy_text("");
	while (file >= 0) {
		got = read(file, buffer, sizeof(buffer));
		if (got > 0)
			fwrite(buffer, 1, (size_t)got, to);
		else if (got == 0 || (errno != EPIPE && errno != EINTR))
			break;
	}
	if (file >= 0)
		close(file);
	fclose(to);
	return filter->raw ? copy_text(whole) : redact_text(&filter->redaction, whole);
}
