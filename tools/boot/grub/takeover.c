/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What GRUB does at power-on. 00_header has read grubenv and set `default` by then, and
 * `boot_once` if grub-reboot chose this one boot. A variable is cleared by the value 0,
 * which has the length of 1: `enable` made room for it, so a full grubenv cannot keep
 * GRUB from writing it.
 */
#include "tools/text/string.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/section.h"
#include "tools/boot/grub/takeover.h"

/* Only with the guard: a boot that was begun and not confirmed is not begun again; one
 * that was stopped in good order is passed over once. What grub-reboot chose is booted
 * all the same, be it ours. */
static const char look_back[] =
	"if [ \"${vfio_early_pending}\" = \"1\" ]; then\n"
	"  set vfio_early_failed=1\n"
	"  set vfio_early_pending=0\n"
	"  set vfio_early_once=0\n"
	"  save_env vfio_early_failed vfio_early_pending vfio_early_once\n"
	"  echo 'vfio-early: the last boot with the GPU for virtual machines did not come up.'\n"
	"  if [ -n \"${boot_once}\" ]; then\n"
	"    echo 'This boot is as grub-reboot chose it. The next ones are normal, until vfio-early enable.'\n"
	"  else\n"
	"    echo 'This is a normal boot, and so are the next ones, until vfio-early enable.'\n"
	"  fi\n"
	"  sleep --interruptible 5\n"
	"elif [ \"${vfio_early_pending}\" = \"" GRUBENV_STOPPED "\" ]; then\n"
	"  set vfio_early_stopped=1\n"
	"  set vfio_early_pending=" GRUBENV_STOPPED_SEEN "\n"
	"  set vfio_early_once=0\n"
	"  save_env vfio_early_pending vfio_early_once\n"
	"  echo 'vfio-early: the last boot with the GPU for virtual machines was not confirmed:'\n"
	"  if [ -n \"${boot_once}\" ]; then\n"
	"    echo 'it was stopped before it had started up. This boot is as grub-reboot chose it.'\n"
	"  else\n"
	"    echo 'it was stopped before it had started up. This one boot is a normal one.'\n"
	"  fi\n"
	"  sleep --interruptible 5\n"
	"fi\n";

/* The user's own default may be one of ours as well: by its id, below the submenu, or by
 * its title. All of them have our name. */
static const char decide[] = "if [ -n \"${boot_once}\" ]; then\n"
			     "  true # somebody chose this one boot with grub-reboot\n"
			     "elif [ \"${vfio_early_failed}\" = \"1\" -o "
			     "\"${vfio_early_stopped}\" = \"1\" ]; then\n"
			     "  if [ \"${default}\" = \"" GRUB_ENTRY_ID "\" ]; then\n"
			     "    set default=0\n"
			     "  elif regexp '" GRUB_ENTRY_ID "' \"${default}\"; then\n"
			     "    set default=0\n"
			     "  fi\n";

/* Where GRUB cannot clear it, it would not be once: no boot is better than one for ever.
 */
static const char decide_once[] = "elif [ \"${vfio_early_once}\" = \"1\" ]; then\n"
				  "  set vfio_early_once=0\n"
				  "  if save_env vfio_early_once; then\n"
				  "    set default=" GRUB_ENTRY_ID "\n"
				  "  fi\n";

/* The fallback is for a kernel that GRUB cannot load. */
static const char decide_end[] =
	"elif [ \"${vfio_early}\" = \"1\" ]; then\n"
	"  set default=" GRUB_ENTRY_ID "\n"
	"fi\n"
	"if [ \"${default}\" = \"" GRUB_ENTRY_ID "\" -a -z \"${fallback}\" ]; then\n"
	"  set fallback=0\n"
	"fi\n";

char *grub_takeover(const struct boot_guard *guard)
{
	return format_text("%s%s%s%s", guard->on ? look_back : "", decide,
		guard->save ? decide_once : "", decide_end);
}
