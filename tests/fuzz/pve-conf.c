/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proxmox's files of guests and mappings. The first byte says which. */
#include "tests/fuzz/fuzz.h"
#include "tools/guests/gpu-nodes.h"
#include "tools/guests/pve-mapping.h"
#include "tools/guests/pve-vm.h"

static struct span text;
static unsigned int last;

static void check_problem(const struct pve_problem *problem)
{
	PROMISE(problem->line >= last);
	PROMISE(problem->column >= 1);
	PROMISE(problem->what != NULL);
	PROMISE(inside(problem->text, text));
	last = problem->line;
}

static void check_conf(const struct pve_conf *conf)
{
	PROMISE(conf->section_count > 0);
	for (size_t i = 0; i < conf->section_count; i++)
		PROMISE(inside(conf->section[i].name, text));
	last = 0;
	for (size_t i = 0; i < conf->line_count; i++) {
		const struct pve_line *line = &conf->line[i];

		PROMISE(line->line > last && line->column > 1);
		PROMISE(line->section < conf->section_count);
		PROMISE(line->key.length > 0 && inside(line->key, text));
		PROMISE(inside(line->value, text));
		last = line->line;
	}
	last = 0;
	for (size_t i = 0; i < conf->problem_count; i++)
		check_problem(&conf->problem[i]);
}

static void check_container(bool lxc)
{
	const struct container_rule *rule;
	struct container container;
	struct wanted_node *wanted;
	size_t count;

	if (lxc)
		container_read_lxc(text, &container);
	else
		container_read(text, &container);
	if (!lxc)
		check_conf(&container.conf);
	wanted = container_wanted(&container, &count);
	for (size_t i = 0; i < count; i++) {
		PROMISE(inside(wanted[i].source, text));
		PROMISE(inside(wanted[i].target, text));
		PROMISE(container_wants_gpu(&container));
	}
	container_allows(&container, 'c', 195, 0, &rule);
	free(wanted);
	container_free(&container);
}

static void check_vm(void)
{
	struct vm vm;

	vm_read(text, &vm);
	check_conf(&vm.conf);
	for (size_t i = 0; i < vm.hostpci_count; i++) {
		struct span host = vm.hostpci[i].host, id;

		while (hostpci_next(&host, &id))
			PROMISE(vm.hostpci[i].refused || hostpci_id_fits(id));
	}
	vm_free(&vm);
}

static void check_mapping(void)
{
	struct mapping mapping;

	mapping_read(text, &mapping);
	last = 0;
	for (size_t i = 0; i < mapping.problem_count; i++)
		check_problem(&mapping.problem[i]);
	for (size_t i = 0; i < mapping.entry_count; i++) {
		PROMISE(mapping_has(&mapping, mapping.entry[i].name));
		PROMISE(inside(mapping.entry[i].path, text));
	}
	mapping_free(&mapping);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size == 0)
		return 0;
	text = (struct span){(const char *)data + 1, size - 1};
	if (data[0] == 'c')
		check_container(false);
	else if (data[0] == 'l')
		check_container(true);
	else if (data[0] == 'v')
		check_vm();
	else if (data[0] == 'm')
		check_mapping();
	return 0;
}
