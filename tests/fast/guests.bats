#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The guests' files, read by Proxmox's and libvirt's own rules.

load helper

setup() {
	make_machine
	mkdir -p "$root/dev" "$root/proc/driver/nvidia/gpus/0000:05:00.0"
	pci_add - 0000:00:06.0 1b36:000c 060400 group=11 header=01 driver=pcieport
	pci_add 0000:00:06.0 0000:05:00.0 10de:2d04 030000 group=12 driver=nvidia
	pci_add 0000:00:06.0 0000:05:00.1 10de:22eb 040300 group=12 driver=snd_hda_intel
	put /proc/devices <<-END
		Character devices:
		  1 mem
		195 nvidia
		226 drm
		511 nvidia-uvm

		Block devices:
		  8 sd
	END
	printf 'Model: \t\t NVIDIA\nDevice Minor: \t 0\n' |
		put /proc/driver/nvidia/gpus/0000:05:00.0/information
	nodes <<-END
		/dev/nvidia0 c 195:0
		/dev/nvidiactl c 195:255
		/dev/nvidia-uvm c 511:0
	END
}

# Device nodes, from lines of PATH TYPE MAJOR:MINOR [MODE UID GID CHANGED].
nodes() {
	local path type numbers mode uid gid changed
	while read -r path type numbers mode uid gid changed; do
		printf '%s\t%s %s %s %s %s %s\n' "$path" "$type" "$numbers" "${mode:-0666}" \
			"${uid:-0}" "${gid:-0}" "${changed:-1700000000}"
	done >>"$root/.vfio-early-nodes"
}

# The rows of one check: STATUS TITLE.
rows() { # ID [ARGUMENT]...
	local id=$1
	shift
	json_of '.checks[] | .status + " " + .title' diagnose --only "$id" "$@"
}

# The commands that one check's rows tell to type.
commands() { # ID [ARGUMENT]...
	local id=$1
	shift
	json_of '.checks[].remedy.commands[]?' diagnose --only "$id" "$@"
}

# What Proxmox does with one line of a container's file that stands third.
line_of_container() {
	put /etc/pve/lxc/901.conf <<-END
		arch: amd64
		unprivileged: 1
		$1
	END
	rows CT-CONF-PARSE --ct 901
}

@test "a container's file that Proxmox understands passes" {
	assert_equal 'pass Proxmox understands every line of the configuration' \
		"$(line_of_container 'lxc.mount.entry = /dev/nvidia0 dev/nvidia0 none bind,optional,create=file')"
}

@test "a blank in front of a key makes Proxmox drop the line" {
	assert_equal 'fail line 3, column 2: a key must stand in the first column: PVE drops this line' \
		"$(line_of_container ' lxc.mount.entry: /dev/nvidia0 dev/nvidia0 none bind 0 0')"
}

@test "a blank in front of the colon makes Proxmox drop the line" {
	assert_equal 'fail line 3, column 1: a blank stands before the colon: PVE drops this line' \
		"$(line_of_container 'lxc.mount.entry : /dev/nvidia0 dev/nvidia0 none bind 0 0')"
}

@test "an equals sign is for lxc keys only" {
	assert_equal 'fail line 3, column 1: a key ends in a colon, not in an equals sign: PVE drops this line' \
		"$(line_of_container 'dev0 = /dev/nvidia0')"
}

@test "a comment behind a value is part of the value" {
	assert_equal 'fail line 3, column 40: a comment at the end of a line is part of the value for PVE' \
		"$(line_of_container 'lxc.cgroup2.devices.allow: c 195:* rwm # adapt to /dev/nvidia0')"
}

@test "a mount's target with a slash in front is pointed at" {
	assert_equal "fail line 3, column 31: the target is relative to the container's root: without a slash in front" \
		"$(line_of_container 'lxc.mount.entry: /dev/nvidia0 /dev/nvidia0 none bind 0 0')"
}

@test "a property that devN does not have is named" {
	assert_equal 'fail line 3, column 20: PVE knows no such property of a device' \
		"$(line_of_container 'dev0: /dev/nvidia0,group=44')"
}

@test "a misspelt key below lxc. is dropped by Proxmox" {
	assert_equal 'warn line 3: LXC knows no lxc.mout.entry, and Proxmox drops the line' \
		"$(line_of_container 'lxc.mout.entry: /dev/nvidia0 dev/nvidia0 none bind 0 0')"
}

@test "lines that end like Windows' are read as Proxmox reads them" {
	printf 'arch: amd64\r\ndev0: /dev/nvidia0,mode=0666\r\n[Before]\r\narch: amd64\r\n' |
		put /etc/pve/lxc/901.conf
	assert_equal 'pass Proxmox understands every line of the configuration' \
		"$(rows CT-CONF-PARSE --ct 901)"
	assert_equal 'pass the host has every graphics node that the container wants' \
		"$(rows CT-NODES-HOST --ct 901)"
}

@test "wrong lines in a snapshot are none of ours" {
	put /etc/pve/lxc/901.conf <<-END
		arch: amd64
		dev0: /dev/nvidia0

		[before]
		 dev0: /dev/nvidia0
	END
	assert_equal 'pass Proxmox understands every line of the configuration' \
		"$(rows CT-CONF-PARSE --ct 901)"
}

@test "a line that landed in the last snapshot has no effect" {
	put /etc/pve/lxc/901.conf <<-END
		arch: amd64

		[before]
		arch: amd64
		lxc.mount.entry: /dev/nvidia0 dev/nvidia0 none bind,optional,create=file
	END
	assert_equal 'fail the line of /dev/nvidia0 stands in the snapshot [before], where it has no effect' \
		"$(rows CT-SECTION --ct 901)"
	assert_equal "$(printf 'pct set 901 -dev0 /dev/nvidia0,mode=0666\npct start 901')" \
		"$(commands CT-SECTION --ct 901)"
}

@test "a line of a snapshot that the main section has as well is well" {
	put /etc/pve/lxc/901.conf <<-END
		dev0: /dev/nvidia0

		[before]
		dev0: /dev/nvidia0
	END
	assert_equal 'pass every graphics node stands where it has an effect' \
		"$(rows CT-SECTION --ct 901)"
}

@test "a pending line waits for a restart" {
	put /etc/pve/lxc/901.conf <<-END
		arch: amd64

		[pve:pending]
		dev0: /dev/nvidia0
	END
	assert_equal 'fail /dev/nvidia0 is among the pending changes, which take effect when the container is restarted' \
		"$(rows CT-SECTION --ct 901)"
}

@test "a container on another node of the cluster is found there" {
	mkdir -p "$root/etc/pve/lxc"
	put /etc/pve/nodes/pve2/lxc/901.conf <<<'arch: amd64'
	assert_equal 'fail container 901 is on the node pve2' "$(rows CT-CONF-PARSE --ct 901)"
}

@test "free numbers are taken for new devices of a container" {
	put /etc/pve/lxc/901.conf <<-END
		dev0: /dev/ttyUSB0
		dev2: /dev/ttyUSB1
	END
	assert_equal "$(
		printf 'pct set 901 -dev%s,mode=0666\n' '1 /dev/nvidia0' '3 /dev/nvidiactl' \
			'4 /dev/nvidia-uvm' '5 /dev/nvidia-uvm-tools'
		echo pct start 901
	)" "$(commands CT-SECTION --ct 901)"
}

# What Proxmox does with one line of a VM's file that stands second.
line_of_vm() {
	printf 'machine: q35\n%s\n' "$1" | put /etc/pve/qemu-server/100.conf
	rows VM-CONF-PARSE --vm 100
}

@test "a VM's file that Proxmox understands passes" {
	local line
	for line in 'hostpci0: 0000:05:00,pcie=1,x-vga=on' 'hostpci15: 05:00.0;05:00.1,rombar=0' \
		'hostpci0: host=05:00,driver=vfio,device-id=0x2d04' 'args: -cpu host,kvm=off' \
		'hostpci0: mapping=gpu0,mdev=nvidia-1'; do
		assert_equal 'pass Proxmox understands every line of the configuration' \
			"$(line_of_vm "$line")"
	done
}

@test "a device's address in a VM's file is lower-case" {
	assert_equal 'fail line 2, column 11: an address is [DDDD:]BB:DD[.F] in lower-case hexadecimal' \
		"$(line_of_vm 'hostpci0: 0A:00,pcie=1')"
}

@test "an unknown or repeated property makes Proxmox drop a VM's line" {
	assert_equal 'fail line 2, column 17: PVE knows no such property of hostpci: it drops the whole line' \
		"$(line_of_vm 'hostpci0: 05:00,pice=1')"
	assert_equal 'fail line 2, column 24: the property is given twice: PVE drops the whole line' \
		"$(line_of_vm 'hostpci0: 05:00,pcie=1,pcie=0')"
}

@test "a VM gets a host address or a mapping, and no sixteenth device" {
	assert_equal 'fail line 2, column 11: either a host address or a mapping, not both (and 1 more)' \
		"$(printf 'machine: q35\nhostpci0: 05:00,mapping=gpu0\nhostpci16: 05:00\n' |
			put /etc/pve/qemu-server/100.conf && rows VM-CONF-PARSE --vm 100)"
}

@test "a section of a VM's file with an unknown name is skipped, and said" {
	printf 'machine: q35\n[what ever]\nhostpci0: 05:00\n' | put /etc/pve/qemu-server/100.conf
	assert_equal 'warn line 2, column 2: no section has this name: PVE skips all of it' \
		"$(rows VM-CONF-PARSE --vm 100)"
}

@test "a device that a VM has in a pending change or a snapshot only is not its own" {
	printf 'machine: q35\n[PENDING]\nhostpci0: 05:00\n' | put /etc/pve/qemu-server/100.conf
	assert_equal 'fail hostpci0 is a pending change, which takes effect when the VM is stopped and started' \
		"$(rows VM-CONF-PARSE --vm 100)"
	printf 'machine: q35\n[old]\nhostpci0: 05:00\n' | put /etc/pve/qemu-server/100.conf
	assert_equal 'fail hostpci0 stands in the section [old], where it has no effect' \
		"$(rows VM-CONF-PARSE --vm 100)"
	assert_equal 'fail the VM is given no device of this machine' "$(rows VM-ADDR --vm 100)"
}

@test "what a mapping's file has wrong is said with its line" {
	echo pve1 | put /proc/sys/kernel/hostname
	echo 'hostpci0: mapping=gpu1' | put /etc/pve/qemu-server/100.conf
	printf 'gpu0\n\tmap node=pve1,path=0000:05:00.0\ngpu1\n\tmap node=pve1,path=0000:05:00.0\n' |
		put /etc/pve/mapping/pci.cfg
	assert_equal 'fail there is no mapping gpu1 (and 1 more)' \
		"$(rows VM-MAPPING --vm 100 | sed 's/ (and 1 more)//')"' (and 1 more)'
	run tool diagnose --only VM-MAPPING --vm 100
	assert_contains 'pci.cfg:3 = gpu1'
}

@test "a domain that is no XML is pointed at with its line" {
	printf '<domain>\n  <name>win11</name>\n  <devices>\n</domain>\n' |
		put /etc/libvirt/qemu/win11.xml
	run tool diagnose --only VM-CONF-PARSE
	assert_contains 'the file is not sound XML'
	assert_contains '/etc/libvirt/qemu/win11.xml = line 4: Opening and ending tag mismatch'
	assert_contains 'virsh edit win11'
}

@test "an XML file cannot bring in another file or blow up" {
	echo 'pci' | put /secret
	cat >"$BATS_TEST_TMPDIR/evil.xml" <<-END
		<!DOCTYPE domain [<!ENTITY x SYSTEM "file://$root/secret">
		<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
		<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
		<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">
		<!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">]>
		<domain><name>&x;&h;</name><devices/></domain>
	END
	put /etc/libvirt/qemu/evil.xml <"$BATS_TEST_TMPDIR/evil.xml"
	run -1 timeout 5 "$top/vfio-early" --root "$root" diagnose --only VM-CONF-PARSE
	assert_contains 'the file is not sound XML'
	assert_lacks 'domain pci'
}

@test "graphics nodes are told from others by their numbers" {
	put /etc/pve/lxc/901.conf <<-END
		dev0: /dev/nvidia0
		dev1: /dev/nvidia-uvm
		dev2: /dev/nvidia-caps
	END
	rm "$root/.vfio-early-nodes"
	nodes <<-END
		/dev/nvidia0 c 195:0
		/dev/nvidia-uvm c 509:0
		/dev/nvidia-caps d 0:0
	END
	assert_equal 'fail /dev/nvidia-uvm has stale numbers: the driver has 511:0 now (and 1 more)' \
		"$(rows CT-NODES-HOST --ct 901)"
	run tool diagnose --only CT-NODES-HOST --ct 901 --color never
	assert_contains '/dev/nvidia-caps = a directory'
}

@test "a card that the driver numbers otherwise is told by its number" {
	echo 'dev0: /dev/nvidia1' | put /etc/pve/lxc/901.conf
	assert_equal 'fail no card is /dev/nvidia1 now: the driver numbers them anew when one comes or goes' \
		"$(rows CT-NODES-HOST --ct 901)"
	run tool diagnose --only CT-NODES-HOST --ct 901
	assert_contains '0000:05:00.0 = /dev/nvidia0'
}

@test "what is wrong with one guest stands in no other guest's way" {
	put /etc/pve/lxc/901.conf <<-END
		dev0: /dev/nvidia0,mode=0666
	END
	printf ' hostpci0: 01:00\nhostpci1: 01:00,pcie=1\n' | put /etc/pve/qemu-server/100.conf
	run tool diagnose --only VM-CONF-PARSE,VM-Q35-PCIE,CT-CONF-PARSE
	assert_contains '2 things stand between 0000:01:00.0 and VM 100.'
	assert_contains 'Nothing stands between 0000:05:00.0 and container 901.'
}

@test "a container that has a name is asked for by it, whatever system has it" {
	unpack lxc-host
	run -0 tool diagnose --ct media
	assert_contains 'Nothing stands between 0000:01:00.0 and LXC container media.'
	assert_equal 'container media' "$(json_of '.about | .kind + " " + .name' diagnose --ct media)"
	run tool diagnose --ct media --format markdown
	assert_contains '# GPU Passthrough Diagnostic Report: media'
	# shellcheck disable=SC2016 # the backquotes are Markdown's
	assert_contains '## 1. Final Container Configuration (`/var/lib/lxc/media/config`)'
	rm -rf "$root"
	unpack incus-host
	run -0 tool diagnose --ct studio
	assert_contains 'Nothing stands between 0000:01:00.0 and Incus container studio.'
	rm -rf "$root"
	unpack lxd-host
	run -0 tool diagnose --ct studio
	assert_contains 'Nothing stands between 0000:01:00.0 and LXD container studio of project lab.'
}

@test "a name that no container has is said with those that there are, with exit status 2" {
	unpack lxc-host
	run -2 tool diagnose --ct medai
	assert_contains 'there is no container medai'
	assert_contains 'ask about one of those that there are: media'
	assert_contains 'There is nothing to diagnose.'
	assert_lacks 'vfio-early enable'
}

@test "the numbers below /var/lib/lxc on a Proxmox host are no containers of LXC" {
	unpack container-host
	assert_equal 'container 901' "$(json_of '[.checks[].subject // empty | select(test("container"))] | unique | .[]' diagnose)"
}

@test "LXC's containers are where its own configuration says" {
	unpack lxc-host
	mkdir -p "$root/srv" "$root/etc/lxc"
	mv "$root/var/lib/lxc" "$root/srv/containers"
	echo 'lxc.lxcpath = /srv/containers' >"$root/etc/lxc/lxc.conf"
	run -0 tool diagnose --ct media
	assert_contains 'Nothing stands between 0000:01:00.0 and LXC container media.'
}

@test "what an instance's file says of persons is in no report and no capture" {
	unpack incus-host
	tool diagnose --ct studio --format markdown >"$BATS_TEST_TMPDIR/report"
	tool capture "$BATS_TEST_TMPDIR/saved"
	grep -q 'pci: "0000:01:00.0"' "$BATS_TEST_TMPDIR/report"
	run -1 grep -h 'password' "$BATS_TEST_TMPDIR/report" "$BATS_TEST_TMPDIR/saved"
	rm -rf "$root"
	"$top/vfio-early" capture --unpack "$BATS_TEST_TMPDIR/saved" "$root"
	run -0 tool diagnose --ct studio
	assert_contains 'Nothing stands between 0000:01:00.0 and Incus container studio.'
}

@test "who asks about a guest that is not here is told so, with exit status 2 and no word on a card" {
	mkdir -p "$root/etc/pve/lxc" "$root/etc/pve/qemu-server"
	run -2 tool diagnose --ct 902
	assert_contains 'there is no container 902'
	assert_contains 'There is nothing to diagnose.'
	assert_lacks 'vfio-early enable'
	run -2 tool diagnose --vm 903
	assert_contains 'There is nothing to diagnose.'
	assert_equal '[] true 2' "$(json_of '"\(.intents) \(.missing) \(.exit)"' diagnose --vm 903)"
}

# What a VM with these args: names that is not there, and how it is called.
named_in_args() { # ARGS
	echo "args: $1" | put /etc/pve/qemu-server/100.conf
	rows VM-ADDR --vm 100
}

@test "devices in args: are read as QEMU reads them" {
	local form
	for form in '-device vfio-pci,host=41:00.0' '--device vfio-pci,host=41:00.0,x-vga=on' \
		"-cpu host -device 'vfio-pci,id=card,host=41:00.0' -snapshot" \
		'-device vfio-pci-nohotplug,host=41:00.0' \
		"-device '{\"driver\":\"vfio-pci\",\"host\":\"41:00.0\"}'" \
		"-cpu host -device '{ \"host\": \"41:00.0\", \"id\": \"card\", \"driver\": \"vfio-pci\" }' -snapshot" \
		'-device "{\"driver\": \"vfio-pci\", \"host\": \"41:00.0\"}"'; do
		assert_equal 'fail the VM names 41:00.0, where there is no device' "$(named_in_args "$form")"
	done
	assert_equal 'fail the VM names 0000:41:00.0, where there is no device' \
		"$(named_in_args '-device vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:41:00.0/')"
	assert_equal 'fail the VM names 0000:41:00.0, where there is no device' \
		"$(named_in_args "-device '{\"driver\":\"vfio-pci\",\"sysfsdev\":\"/sys/bus/pci/devices/0000:41:00.0\"}'")"
	for form in '-device virtio-vga,host=41:00.0' 'vfio-pci,host=41:00.0' '-device vfio-pci,id=none' \
		"-device '{\"driver\":\"virtio-vga\",\"host\":\"41:00.0\"}'" \
		"-device '{\"driver\":\"vfio-pci\",\"host\":7}'" "-device '{\"driver\":\"vfio-pci\",'"; do
		assert_equal 'fail the VM is given no device of this machine' "$(named_in_args "$form")"
	done
}
