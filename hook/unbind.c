/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "cmdline/driver.h"
#include "hook/unbind.h"
#include "hook/use.h"

enum { CLASS_SCSI = 0x0100, CLASS_NETWORK = 0x02 };

/*
 * As the drivers call themselves, which is not always the module's name. Never a DRM
 * driver: there, unbinding is the classic source of an oops or a hang. Nor one whose use
 * leaves no trace that is looked at, such as a file system over virtio.
 */
static const struct {
	int looks;
	const char *names;
} known[] = {
	{0, "pci-stub uio_pci_generic"},
	{LOOK_GUEST, "vfio-pci"},
	{LOOK_DISKS, "nvme ahci ata_piix megaraid_sas mpt3sas mpi3mr mptsas mptspi "
		     "smartpqi hpsa aacraid arcmsr isci mvsas pm80xx vmw_pvscsi lpfc "
		     "qla2xxx sdhci-pci"},
	{LOOK_INTERFACES,
		"ixgbevf iavf igbvf mlx5_core mlx4_core e1000 e1000e igb igc ixgbe i40e "
		"ice fm10k tg3 bnx2 bnx2x bnxt_en r8169 8139too 8139cp sfc cxgb4 cxgb4vf "
		"ena gve atlantic alx atl1c sky2 forcedeth be2net enic nfp qede hinic "
		"ionic vmxnet3"},
	{LOOK_SERIAL, "serial exar_serial 8250_lpss 8250_mid"},
	{LOOK_SOUND, "snd_hda_intel"},
	{LOOK_DISKS | LOOK_INTERFACES | LOOK_SERIAL | LOOK_SOUND,
		"xhci_hcd xhci-pci-renesas ehci-pci ohci-pci uhci_hcd"},
};

static bool is_listed(const char *names, const char *driver)
{
	for (size_t length; *names != '\0'; names += length + (names[length] != '\0')) {
		length = strcspn(names, " ");
		if (kernel_name_is((struct span){names, length}, driver))
			return true;
	}
	return false;
}

int unbind_looks(const char *driver, uint32_t class)
{
	bool is_network = class >> 16 == CLASS_NETWORK;
	int looks = UNBIND_NEVER;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_listed(known[i].names, driver))
			looks = known[i].looks;
	/* One name for everything: graphics and shared directories, too. */
	if (strcmp(driver, "virtio-pci") == 0)
		looks = class >> 8 == CLASS_SCSI ? LOOK_DISKS : LOOK_INTERFACES;
	/* Some drive functions of a card that have no interface, such as FCoE. */
	if (looks == LOOK_INTERFACES && !is_network)
		return UNBIND_NEVER;
	return looks;
}
