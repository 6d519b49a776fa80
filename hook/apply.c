/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "hook/answer.h"
#include "hook/apply.h"
#include "hook/modprobe.h"
#include "hook/sysfs.h"

enum {
	READY_STEP_MS = 10,
	READY_MAX_US = 20000000, /* for all functions together: the watchdog has more */
};

uint64_t time_since_boot(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The name as the bus's files want it: the address as text. */
static void address_text(const struct pci_address *address, char buffer[24])
{
	struct text text = text_in(buffer, 24);

	pci_address_format(address, &text);
}

/*
 * Documentation/ABI/testing/sysfs-bus-pci, driver_override: from here on no other driver
 * can bind. "\n" clears it; an empty write would change nothing.
 */
static int set_override(int root, const struct pci_address *address, const char *driver)
{
	char path[SYSFS_PATH_MAX], value[DRIVER_NAME_MAX + 1], back[DRIVER_NAME_MAX + 1];
	struct text text = text_in(value, sizeof(value));
	int error;

	text_add(&text, driver);
	text_add(&text, "\n");
	device_path(path, address, "driver_override");
	error = file_write(root, path, value);
	if (error < 0)
		return -error;
	/* Cleared, it reads "(null)". */
	if (driver[0] == '\0')
		return 0;
	if (file_read(root, path, back, sizeof(back)) < 0 || strcmp(value, back) != 0)
		return -1;
	return 0;
}

static const char silent[] = "it does not answer, as when an unbind of it waits";

static void fail(struct result *result, const char *problem, int error)
{
	result->problem = problem;
	result->error = error > 0 ? error : 0;
	result->outcome = OUTCOME_FAILED;
}

static bool failed(const struct result *result)
{
	return result->outcome == OUTCOME_FAILED;
}

/*
 * Whether the driver that holds the device now may be unbound. The plan has judged what
 * it saw: another driver may have been faster than the override, and a disk may have been
 * mounted while the VFIO driver was loaded and other devices were waited for.
 */
static bool may_unbind(int root, const struct plan_entry *entry, const char *driver,
	struct result *result)
{
	enum reason reason = REASON_NONE;
	struct device device;

	if (device_read(root, &entry->device->function.address, 0, &device)) {
		device_find_use(root, &device);
		reason = plan_driver(&device, driver);
	}
	if (reason != REASON_NONE) {
		struct text why = text_in(result->why, sizeof(result->why));

		reason_add(reason, &device, NULL, &why);
		fail(result, result->why, 0);
	}
	return reason == REASON_NONE;
}

/* How long a device may need that has just appeared. */
struct patience {
	int turn;     /* the lock between passes; -1: none */
	uint64_t end; /* since boot */
};

/*
 * The kernel tells udev of a new device before it has given it its resources, and until
 * it has, binds no driver (drivers/pci/bus.c, pci_bus_add_device): behind VMD, with a
 * reset in between, that takes seconds. Then it binds by itself what has its override.
 */
static int bind_when_ready(int root, const char *path, const struct pci_address *address,
	const char *text, const struct patience *patience, char after[DRIVER_NAME_MAX])
{
	const struct timespec step = {.tv_nsec = READY_STEP_MS * 1000000L};

	for (;;) {
		int error = file_write(root, path, text);

		device_driver(root, address, after);
		if (patience->turn < 0 || error != -ENODEV || after[0] != '\0' ||
			time_since_boot() >= patience->end ||
			!device_exists(root, address))
			return error;
		/* Other late devices have rivals of their own to be kept from. */
		flock(patience->turn, LOCK_UN);
		nanosleep(&step, NULL);
		flock(patience->turn, LOCK_EX);
	}
}

static void bind(int root, const struct plan_entry *entry, const char *driver,
	const struct patience *patience, struct result *result)
{
	const struct pci_address *address = &entry->device->function.address;
	char path[SYSFS_PATH_MAX], text[24];
	int error = 0;

	address_text(address, text);
	/* A driver that was just loaded takes what has its override by itself. */
	device_driver(root, address, result->after);
	if (result->after[0] != '\0' && strcmp(result->after, driver) != 0) {
		if (!may_unbind(root, entry, driver, result))
			return;
		device_path(path, address, "driver/unbind");
		error = file_write(root, path, text);
		if (error < 0) {
			fail(result, "its driver could not be unbound", -error);
			return;
		}
	}
	if (strcmp(result->after, driver) != 0) {
		driver_path(path, driver, "bind");
		error = bind_when_ready(
			root, path, address, text, patience, result->after);
	}
	if (strcmp(result->after, driver) != 0)
		fail(result, "the VFIO driver did not take it", -error);
	else
		result->outcome = OUTCOME_TAKEN;
}

/* The device as it was: no override, and the host's drivers asked again. */
static void give_back(int root, const struct plan_entry *entry, struct result *result)
{
	const struct pci_address *address = &entry->device->function.address;
	char path[SYSFS_PATH_MAX], text[24];
	bool cleared;

	/* Nothing was done to it, and whatever is would not end. */
	if (result->problem == silent)
		return;
	cleared = set_override(root, address, "") == 0;
	address_text(address, text);
	device_driver(root, address, result->after);
	if (driver_is_vfio(result->after) && !driver_is_vfio(result->before)) {
		device_path(path, address, "driver/unbind");
		file_write(root, path, text);
	}
	/* Succeeds whether or not a driver binds: the link tells. */
	file_write(root, "sys/bus/pci/drivers_probe", text);
	device_driver(root, address, result->after);
	result->outcome = cleared && strcmp(result->before, result->after) == 0
				  ? OUTCOME_RESTORED
				  : OUTCOME_FAILED;
	/* A driver that was not there before, but is the host's, is as good. */
	if (cleared && result->before[0] == '\0' && !driver_is_vfio(result->after))
		result->outcome = OUTCOME_RESTORED;
}

void release_held(int root, const struct plan_entry *entry)
{
	struct result result = {.outcome = OUTCOME_LEFT};

	memcpy(result.before, entry->device->driver, DRIVER_NAME_MAX);
	give_back(root, entry, &result);
}

/* The driver that was loaded last: a modprobe that hangs is waited for once. */
struct load {
	const char *driver;
	int error;
	bool hold; /* what is missing here comes later */
	struct patience patience;
	char registered[DRIVER_NAME_MAX];
};

/* In the running system something may be unbound at this moment; before udev, nothing is.
 */
static bool is_silent(int root, const struct plan_entry *entry, int turn)
{
	return turn >= 0 && entry->device->driver[0] == '\0' &&
	       !device_answers(root, &entry->device->function.address);
}

static void block_rivals(
	int root, const struct plan *plan, int turn, struct result *result)
{
	for (unsigned int i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entry[i];
		int error;

		result[i] = (struct result){.start = time_since_boot()};
		memcpy(result[i].before, entry->device->driver, DRIVER_NAME_MAX);
		memcpy(result[i].after, entry->device->driver, DRIVER_NAME_MAX);
		result[i].outcome =
			entry->action == ACTION_KEEP ? OUTCOME_KEPT : OUTCOME_LEFT;
		if (entry->action != ACTION_TAKE)
			continue;
		if (is_silent(root, entry, turn)) {
			fail(&result[i], silent, 0);
			continue;
		}
		error = set_override(
			root, &entry->device->function.address, entry->driver);
		if (error != 0)
			fail(&result[i], "its driver_override could not be set", error);
		else
			result[i].outcome = OUTCOME_TAKEN; /* until proven */
	}
}

static void take(int root, const struct plan_entry *entry, struct result *result,
	struct load *load)
{
	if (entry->action != ACTION_TAKE || failed(result))
		return;
	if (load->driver == NULL || strcmp(load->driver, entry->driver) != 0) {
		load->driver = entry->driver;
		load->error = driver_load(root, entry->driver, load->registered);
	}
	if (load->error == -ENOENT && load->hold) {
		result->outcome = OUTCOME_HELD;
		return;
	}
	if (load->error < 0) {
		fail(result, "its VFIO driver could not be loaded", -load->error);
		return;
	}
	if (strcmp(load->registered, entry->driver) != 0) {
		int error = set_override(
			root, &entry->device->function.address, load->registered);

		if (error != 0) {
			fail(result, "its driver_override could not be set", error);
			return;
		}
	}
	bind(root, entry, load->registered, &load->patience, result);
}

/* If one function of a card failed, all of them go back to the host. */
static void finish_card(int root, const struct plan *plan, unsigned int first,
	unsigned int end, struct result *result)
{
	bool whole = true;

	for (unsigned int i = first; i < end; i++)
		whole = whole && !failed(&result[i]);
	for (unsigned int i = first; i < end; i++) {
		if (!whole && plan->entry[i].action == ACTION_TAKE)
			give_back(root, &plan->entry[i], &result[i]);
		result[i].end = time_since_boot();
	}
}

/* Nor is a group left half taken: what shares one with a card that went back goes, too.
 */
static bool finish_groups(int root, const struct plan *plan, struct result *result)
{
	bool changed = false;

	for (unsigned int i = 0; i < plan->count; i++) {
		bool back = result[i].outcome == OUTCOME_RESTORED || failed(&result[i]);

		for (unsigned int first = 0, end; back && first < plan->count;
			first = end) {
			bool shares = false;

			end = plan_card_end(plan, first);
			for (unsigned int j = first; j < end; j++)
				if (plan->entry[j].action == ACTION_TAKE &&
					(result[j].outcome == OUTCOME_TAKEN ||
						result[j].outcome == OUTCOME_HELD) &&
					plan->entry[j].device->group ==
						plan->entry[i].device->group) {
					fail(&result[j],
						"a device in its IOMMU group could "
						"not be taken",
						0);
					shares = true;
				}
			if (shares)
				finish_card(root, plan, first, end, result);
			changed = changed || shares;
		}
	}
	return changed;
}

void apply_plan(int root, const struct plan *plan, bool hold, int turn,
	struct result result[SCAN_MAX])
{
	struct load load = {.hold = hold,
		.patience = {.turn = turn, .end = time_since_boot() + READY_MAX_US}};

	/* First all overrides: loading a driver takes long enough to lose a race. */
	block_rivals(root, plan, turn, result);
	for (unsigned int first = 0, end; first < plan->count; first = end) {
		bool whole = true;

		end = plan_card_end(plan, first);
		for (unsigned int i = first; i < end && whole; i++) {
			take(root, &plan->entry[i], &result[i], &load);
			whole = !failed(&result[i]);
		}
		finish_card(root, plan, first, end, result);
	}
	while (finish_groups(root, plan, result))
		;
}
