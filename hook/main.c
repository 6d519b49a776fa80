/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio-early-hook: gives the devices that the kernel command line names to their VFIO
 * driver, before any other driver is loaded. Runs in the initramfs, where nothing may
 * stop: in doubt it leaves everything as it is.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "cmdline/cmdline.h"
#include "hook/init.h"
#include "hook/log.h"
#include "hook/record.h"
#include "hook/report.h"
#include "hook/sysfs.h"
#include "hook/watch.h"

enum {
	EXIT_DONE = 0,
	EXIT_NOT_ALL = 1, /* a device that the flag names was not taken */
	EXIT_USAGE = 2,
	WATCH_MAX_MS = 60000,
};

struct arguments {
	const char *root;
	bool plan_only;
	bool initramfs; /* a later pass in the running system follows */
	bool late;
	struct pci_address device; /* late: the function that has just appeared */
};

static void say(const char *text)
{
	ssize_t done = write(STDERR_FILENO, text, strlen(text));

	(void)done;
}

static int usage(void)
{
	say("Usage: vfio-early-hook [-n] [-i] [-r DIR] [-d ADDRESS]\n\n"
	    "Gives the devices named by vfio_early= in DIR/proc/cmdline to vfio-pci.\n"
	    "  -n          print what would be done, and do nothing\n"
	    "  -i          in an initramfs: a VFIO driver that is missing comes later\n"
	    "  -r DIR      use the proc, sys, dev and run below DIR\n"
	    "  -d ADDRESS  only the card of this function, which has just appeared\n");
	return EXIT_USAGE;
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
	*arguments = (struct arguments){.root = "/"};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-n") == 0) {
			arguments->plan_only = true;
		} else if (strcmp(argv[i], "-i") == 0) {
			arguments->initramfs = true;
		} else if (strcmp(argv[i], "-r") == 0 && i + 1 < argc) {
			arguments->root = argv[++i];
		} else if (strcmp(argv[i], "-d") == 0 && i + 1 < argc) {
			arguments->late = true;
			i++;
			if (!pci_address_parse((struct span){argv[i], strlen(argv[i])},
				    &arguments->device))
				return false;
		} else {
			return false;
		}
	}
	return true;
}

/* Only the entries of the card that the late device belongs to. */
static void keep_card(struct plan *plan, const struct pci_address *device)
{
	unsigned int first = 0, end, late;

	for (; first < plan->count; first = end) {
		end = plan_card_end(plan, first);
		for (late = first; late < end; late++)
			if (pci_address_compare(
				    &plan->entry[late].device->function.address,
				    device) == 0)
				break;
		if (late == end)
			continue;
		memmove(plan->entry, plan->entry + first,
			(end - first) * sizeof(plan->entry[0]));
		plan->count = end - first;
		return;
	}
	plan->count = 0;
}

/* Two late functions of one card come at the same time: one pass after the other. The
 * lock is held until the end of this process, but for the time that apply_plan() waits.
 */
static int wait_for_turn(int root)
{
	int lock;

	mkdirat(root, "run/vfio-early", 0755);
	lock = openat(root, "run/vfio-early/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock >= 0)
		flock(lock, LOCK_EX);
	return lock;
}

static void make_plan(int root, const struct flag *flag,
	const struct arguments *arguments, struct scan *scan, struct plan *plan)
{
	scan_devices(root, flag, scan);
	plan_make(flag, scan, plan);
	if (arguments->late)
		keep_card(plan, &arguments->device);
}

/* Whether a word names the late device: without one, no card of the plan has it. What the
 * plan needs to know is read later, when it is this pass's turn. */
static bool is_named(int root, const struct flag *flag, const struct pci_address *address)
{
	struct device device;

	if (!device_identify(root, address, &device) ||
		!device_find_path(root, &device.function))
		return false;
	for (unsigned int i = 0; i < flag->count; i++)
		if (flag->item[i].error == NULL &&
			plan_selects(&flag->item[i].selector, &device))
			return true;
	return false;
}

static int work(int root, const struct flag *flag, const struct arguments *arguments)
{
	/* Large, and needed once: not for the stack. */
	static struct scan scan;
	static struct plan plan;
	static struct result result[SCAN_MAX];
	uint64_t start = time_since_boot();
	int status = EXIT_DONE, turn = -1;

	/* udev asks for every device: most need neither a scan nor to wait for a pass
	 * that hangs. */
	if (arguments->late && !arguments->plan_only &&
		!is_named(root, flag, &arguments->device))
		return EXIT_DONE;
	if (!arguments->plan_only)
		turn = wait_for_turn(root);
	make_plan(root, flag, arguments, &scan, &plan);
	if (arguments->plan_only) {
		record_print_plan(flag, &plan);
		return EXIT_DONE;
	}
	if (arguments->late && record_knows(root, &plan, arguments->initramfs))
		return EXIT_DONE;
	for (unsigned int i = 0; i < plan.count; i++)
		if (plan.entry[i].action == ACTION_LEAVE &&
			record_holds(root, &plan.entry[i]))
			release_held(root, &plan.entry[i]);
	apply_plan(
		root, &plan, arguments->initramfs, arguments->late ? turn : -1, result);
	/* Unplugged in the meantime: the next device there gets a try of its own. */
	if (arguments->late && !device_exists(root, &arguments->device))
		return EXIT_DONE;
	report_boot(root, flag, &plan, result);
	record_write(root, flag, &plan, result, start);
	if (flag->state == FLAG_BAD)
		status = EXIT_NOT_ALL;
	for (unsigned int i = 0; i < flag->count; i++)
		if (plan.word[i] != WORD_FITS && !arguments->late)
			status = EXIT_NOT_ALL;
	for (unsigned int i = 0; i < plan.count; i++)
		if (result[i].outcome != OUTCOME_TAKEN &&
			result[i].outcome != OUTCOME_KEPT &&
			result[i].outcome != OUTCOME_HELD)
			status = EXIT_NOT_ALL;
	return status;
}

/*
 * A write to sysfs can wait for ever for a device that hangs, and no signal ends that: so
 * the work is done in a child, and the boot goes on without it.
 */
static int work_watched(
	int root, const struct flag *flag, const struct arguments *arguments)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(work(root, flag, arguments));
	if (child < 0)
		return work(root, flag, arguments);
	if (child_wait(child, WATCH_MAX_MS, &status) == 0)
		return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NOT_ALL;
	log_line(root, LOG_WARNING,
		"a device does not answer; the boot goes on without waiting for it");
	return EXIT_NOT_ALL;
}

static int run(const struct arguments *arguments)
{
	static char line[CMDLINE_SIZE * 2];
	static struct flag flag;
	ssize_t length;
	int root = open(arguments->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0) {
		say("vfio-early-hook: the directory behind -r cannot be opened\n");
		return EXIT_USAGE;
	}
	length = file_read(root, "proc/cmdline", line, sizeof(line));
	if (length < 0) {
		say("vfio-early-hook: proc/cmdline cannot be read\n");
		return EXIT_USAGE;
	}
	flag_find(line, (size_t)length, &flag);
	if (flag.state != FLAG_OFF && cmdline_read(line, (size_t)length).cut &&
		!arguments->plan_only && !arguments->late)
		log_line(root, LOG_WARNING,
			"the command line fills the 2047 bytes that the kernel keeps: what "
			"stands behind was not read");
	if (flag.state == FLAG_ABSENT || flag.state == FLAG_OFF)
		return EXIT_DONE;
	/* A kdump kernel has the crashed one's command line, and another job. */
	if (file_exists(root, "proc/vmcore"))
		return EXIT_DONE;
	if (arguments->plan_only)
		return work(root, &flag, arguments);
	return work_watched(root, &flag, arguments);
}

/* As process 1, whose arguments are init's. */
static int pass_of_init(void)
{
	return run(&(struct arguments){.root = "/", .initramfs = true});
}

int main(int argc, char **argv)
{
	struct arguments arguments;

	if (getpid() == 1)
		init_run(argc, argv, pass_of_init);
	return read_arguments(argc, argv, &arguments) ? run(&arguments) : usage();
}
