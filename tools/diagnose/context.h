/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a diagnosis is about and what was read for it, before any check looks at it. */
#ifndef TOOLS_DIAGNOSE_CONTEXT_H
#define TOOLS_DIAGNOSE_CONTEXT_H

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/selection/conf.h"
#include "tools/pci/devices.h"
#include "tools/boot/boot-loader.h"

struct log;
struct guests;
struct claims;

enum want {
	WANT_NOTHING, /* nothing says what the device is for */
	WANT_VM,
	WANT_HOST, /* the host's own driver, for the host and its containers */
	WANT_BOTH, /* contradicting statements */
};

/* What the user asked for on our own command line. */
struct request {
	const char *container; /* --ct N or NAME; NULL: none named */
	long machine;	       /* --vm N; -1: none named */
	const char *domain;    /* --domain NAME; NULL */
	enum want want;	       /* --want vm|host; WANT_NOTHING */
	const char *dmesg;     /* --dmesg FILE; NULL. Not below --root */
	char *dmesg_text; /* what a pipe gave; NULL: it is a file, to be read again */
	size_t dmesg_length;
	bool raw;    /* --raw: nothing is left out of what is printed */
	char **word; /* the devices named, as for `enable`; none: all */
	size_t words;
};

/* A statement in some file or on the kernel command line: this device is for that. */
struct wish {
	enum want want;
	/* The device: a selector of the flag's language ("0000:01:00.0", "01:00",
	 * "10de:2d04"), or a device node of the host ("/dev/nvidia0",
	 * "/dev/dri/renderD128"). */
	char *what;
	char *who; /* "VM 100", "container 901", "libvirt domain win11"; NULL: the host's
		    * configuration */
	char *source; /* "/etc/pve/lxc/901.conf:14" */
	char *text;   /* the line itself, or the value */
	/* The guest does not run, and its start gives the device to vfio-pci: until then
	 * any driver may have it. */
	bool at_start;
};

struct wishes {
	struct wish *wish;
	size_t count;
};

/* What one device is for, and why we think so. */
struct intent {
	const struct pci_device *device;
	enum want want;
	char *who; /* "VM 100", "container 901"; NULL: nobody in particular */
	/* the wishes that speak of it, in the order in which they were found */
	const struct wish **wish;
	size_t count;
	bool asked; /* decided by --ct, --vm, --domain or --want, not by the wishes */
};

struct context {
	struct request request;
	bool root;     /* we run as root: what cannot be read is really not there */
	char *cmdline; /* /proc/cmdline, one line; "" if it cannot be read */
	struct devices devices;
	struct conf conf;
	struct boot_state boot;
	bool running_flag;     /* this boot's command line names devices in vfio_early= */
	struct log *log;       /* never NULL; log.h */
	struct guests *guests; /* NULL: nothing could be read */
	struct claims *claims;
	struct wishes wishes;
	/* every graphics function, and every other device that a wish speaks of */
	struct intent *intent;
	size_t intents;
	/* sentences: what of the above could not be read, and why */
	struct lines unread;
	/* sentences: what is wrong with the words of the request */
	struct lines wrong;
};

/* For collectors: adds a wish. `format` is its text. It is valid until the next one. */
struct wish *wish_add(struct context *context, enum want want, const char *what,
	const char *who, const char *source, const char *format, ...) PRINTF(6, 7);

/* Whether a device is wanted for that, perhaps among others. */
bool context_wants(const struct context *context, enum want want);

/* Whether anybody relies on vfio-early: cards were chosen, or this boot had the flag. */
bool context_has_choice(const struct context *context);

#endif
