/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of modules, udev, driverctl and scripts. The first byte says which.
 */
#include "tests/fuzz/fuzz.h"
#include "tools/claims/configuration.h"
#include "tools/claims/scripts.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct claims claims = {0};
	struct span text;

	if (size == 0)
		return 0;
	text = (struct span){(const char *)data + 1, size - 1};
	switch (data[0]) {
	case 'c':
		claims_in_cmdline(&claims, text, "/proc/cmdline");
		break;
	case 'g':
		claims_in_grub(&claims, text, "/etc/default/grub");
		break;
	case 'm':
		claims_in_modprobe(&claims, text, "/etc/modprobe.d/vfio.conf");
		break;
	case 'l':
		claims_in_modules(&claims, text, "/etc/modules");
		break;
	case 's':
		claims_in_shell_conf(&claims, text, "/etc/dracut.conf");
		break;
	case 'd':
		claims_in_driverctl(&claims, text, "/etc/driverctl.d/pci-0000:01:00.0");
		break;
	case 'u':
		claims_in_udev(&claims, text, "/etc/udev/rules.d/x.rules");
		break;
	case 'h':
		claims_in_script(&claims, text, "/etc/libvirt/hooks/qemu", "a hook");
		break;
	default:
		break;
	}
	for (size_t i = 0; i < claims.count; i++) {
		const struct claim *claim = &claims.claim[i];

		PROMISE(claim->what != NULL && claim->text != NULL);
		PROMISE(claim->source != NULL && claim->who != NULL && !claim->ours);
	}
	claims_free(&claims);
	return 0;
}
