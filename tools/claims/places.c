/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where claims are looked for. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/claims/configuration.h"
#include "tools/claims/places.h"
#include "tools/claims/scripts.h"

typedef void claims_reader(struct claims *, struct span, const char *);

static void read_file(struct claims *claims, const char *path, claims_reader *read)
{
	CLEANUP_FREE char *text = NULL;
	size_t length;

	if (root_read(path, &text, &length) == 0)
		read(claims, (struct span){text, length}, path);
}

/* The files of a configuration that is spread over directories, of which the first with a
 * file of some name hides those behind it. `directories` ends with a NULL. */
static void read_directories(struct claims *claims, const char *const *directories,
	const char *end, claims_reader *read)
{
	struct lines seen = {0};

	for (; *directories != NULL; directories++) {
		char **names = root_list(*directories);

		for (size_t i = 0; names[i] != NULL; i++) {
			CLEANUP_FREE char *path = NULL;

			if (!text_ends(names[i], end) || lines_has(&seen, names[i]))
				continue;
			lines_add(&seen, "%s", names[i]);
			path = format_text("%s/%s", *directories, names[i]);
			read_file(claims, path, read);
		}
		root_list_free(names);
	}
	lines_free(&seen);
}

/* Every file in a directory and `depth` levels below it is a script. */
static void read_scripts(
	struct claims *claims, const char *directory, const char *who, int depth)
{
	char **names = root_list(directory);

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", directory, names[i]);
		CLEANUP_FREE char *text = NULL;
		size_t length;

		/* our own call of the early program is in there too */
		if (strstr(names[i], "vfio-early") != NULL)
			continue;
		if (root_read(path, &text, &length) == 0)
			claims_in_script(claims, (struct span){text, length}, path, who);
		else if (depth > 0)
			read_scripts(claims, path, who, depth - 1);
	}
	root_list_free(names);
}

/* Units of the administrator, and those of packages whose name says what they do. */
static void read_units(struct claims *claims)
{
	static const char *const directories[] = {"/etc/systemd/system",
		"/run/systemd/system", "/usr/local/lib/systemd/system",
		"/usr/lib/systemd/system"};

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		char **names = root_list(directories[i]);

		for (size_t j = 0; names[j] != NULL; j++) {
			CLEANUP_FREE char *path = NULL;
			CLEANUP_FREE char *text = NULL;
			size_t length;

			if (!text_ends(names[j], ".service") ||
				strstr(names[j], "vfio-early") != NULL)
				continue;
			if (i == ARRAY_SIZE(directories) - 1 &&
				strstr(names[j], "vfio") == NULL &&
				strstr(names[j], "passthrough") == NULL)
				continue;
			path = format_text("%s/%s", directories[i], names[j]);
			if (root_read(path, &text, &length) == 0)
				claims_in_script(claims, (struct span){text, length},
					path, "a systemd unit");
		}
		root_list_free(names);
	}
}

/* supergfxctl: {"mode": "Vfio", ...} binds the discrete card at the boot. */
static void read_supergfxctl(struct claims *claims)
{
	static const char path[] = "/etc/supergfxd.conf";
	CLEANUP_FREE char *text = NULL;
	const char *mode;
	json_t *conf;

	if (root_read(path, &text, NULL) < 0)
		return;
	conf = json_loads(text, 0, NULL);
	mode = json_string_value(json_object_get(conf, "mode"));
	if (mode != NULL && strcmp(mode, "Vfio") == 0)
		claims_add(claims, CLAIM_VFIO, "supergfxctl", path, 0, span_of("Vfio"),
			span_of("mode: Vfio"))
			->driver = copy_text("vfio-pci");
	json_decref(conf);
}

/* NVIDIA's operator for Kubernetes leaves this where its vfio-manager has been at work.
 */
static void read_operator(struct claims *claims)
{
	static const char path[] = "/run/nvidia/validations/vfio-pci-ready";

	struct claim *claim;

	if (!root_exists(path))
		return;
	claim = claims_add(claims, CLAIM_SCRIPT, "gpu-operator's vfio-manager", path, 0,
		span_of("gpu-operator"), span_of("vfio-pci-ready"));
	/* it takes every display of NVIDIA's */
	claim->target = TARGET_ID;
	claim->id = (struct claim_id){
		VENDOR_NVIDIA, ID_ANY, ID_ANY, ID_ANY, 0x030000, 0xff0000};
}

/* What a set of scripts from before vfio-early wrote, under names that nobody else has.
 */
static void read_leftovers(struct claims *claims)
{
	static const char *const paths[] = {
		"/etc/modprobe.d/nvidia-passthrough-blacklist.conf",
		"/etc/modprobe.d/vfio-passthrough.conf",
		"/etc/modules-load.d/vfio-passthrough.conf",
		"/etc/systemd/system/nvidia-passthrough.service"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (root_exists(paths[i]))
			claims_add(claims, CLAIM_LEFTOVER, "an older set-up", paths[i], 0,
				span_of(paths[i]), span_of("whatever it says"));
}

void claims_read(struct claims *claims)
{
	static const char *const modprobe[] = {"/etc/modprobe.d", "/run/modprobe.d",
		"/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d",
		NULL};
	static const char *const modules[] = {"/etc/modules-load.d",
		"/run/modules-load.d", "/usr/local/lib/modules-load.d",
		"/usr/lib/modules-load.d", NULL};
	static const char *const dracut[] = {
		"/etc/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d", NULL};
	static const char *const mkinitcpio[] = {"/etc/mkinitcpio.conf.d", NULL};
	static const char *const driverctl[] = {"/etc/driverctl.d", NULL};
	static const char *const udev[] = {"/etc/udev/rules.d", "/run/udev/rules.d",
		"/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d",
		"/lib/udev/rules.d", NULL};
	static const char *const grub[] = {"/etc/default/grub.d", NULL};

	read_file(claims, "/proc/cmdline", claims_in_cmdline);
	read_file(claims, "/etc/default/grub", claims_in_grub);
	read_directories(claims, grub, ".cfg", claims_in_grub);
	read_file(claims, "/etc/kernel/cmdline", claims_in_grub);
	read_directories(claims, modprobe, ".conf", claims_in_modprobe);
	read_file(claims, "/etc/modules", claims_in_modules);
	read_directories(claims, modules, ".conf", claims_in_modules);
	read_file(claims, "/etc/initramfs-tools/modules", claims_in_modules);
	read_file(claims, "/etc/dracut.conf", claims_in_shell_conf);
	read_directories(claims, dracut, ".conf", claims_in_shell_conf);
	read_file(claims, "/etc/mkinitcpio.conf", claims_in_shell_conf);
	read_directories(claims, mkinitcpio, ".conf", claims_in_shell_conf);
	read_directories(claims, driverctl, "", claims_in_driverctl);
	read_directories(claims, udev, ".rules", claims_in_udev);
	read_scripts(claims, "/etc/libvirt/hooks", "a libvirt hook", 5);
	read_scripts(
		claims, "/etc/initramfs-tools/scripts", "a script in the initramfs", 1);
	read_scripts(claims, "/var/lib/vz/snippets", "a Proxmox hook script", 0);
	read_units(claims);
	read_supergfxctl(claims);
	read_operator(claims);
	read_leftovers(claims);
}
