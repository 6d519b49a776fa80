#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a container's check tells to type is typed, with programs that do to the made-up
# root what the real ones do to a host: that check fails no more, and no other does.

load helper

# The last word on a node in the table: TYPE MAJOR:MINOR MODE UID GID CHANGED.
node_of() { # PATH
	sed -n "s#^$1\t##p" "$root/.vfio-early-nodes" | tail -n 1
}

make_node() { # PATH NUMBERS MODE UID GID
	mkdir -p "$root${1%/*}"
	: >"$root$1"
	printf '%s\tc %s %s %s %s 1790000500\n' "$@" >>"$root/.vfio-early-nodes"
}

major_of() { # DRIVER
	sed -n "s/^ *\([0-9]*\) $1\$/\1/p" "$root/proc/devices" | head -n 1
}

nvidia-modprobe() {
	local number
	while [ $# -gt 0 ]; do
		case $1 in
		-c)
			make_node "/dev/nvidia$2" "195:$2" 0666 0 0
			make_node /dev/nvidiactl 195:255 0666 0 0
			shift
			;;
		-u)
			make_node /dev/nvidia-uvm "$(major_of nvidia-uvm):0" 0666 0 0
			make_node /dev/nvidia-uvm-tools "$(major_of nvidia-uvm):1" 0666 0 0
			;;
		-f)
			number=$(sed -n 's/^DeviceFileMinor: //p' "$root$2")
			make_node "/dev/nvidia-caps/nvidia-cap$number" "$(major_of nvidia-caps):$number" 0444 0 0
			shift
			;;
		*) return 1 ;;
		esac
		shift
	done
}

systemctl() {
	local command
	[ "$1 $2 $3" = "enable --now nvidia-nodes.service" ]
	command=$(sed -n 's#^ExecStart=/usr/bin/##p' "$root/etc/systemd/system/$3")
	eval "$command"
}

# The main section of a container's file.
main_section() {
	sed '/^\[/,$d' "$conf"
}

# pct set N -devM VALUE, pct set N -delete KEY, pct reboot N
pct() {
	local action=$1 key=${3#-} line path numbers mode
	conf=$root/etc/pve/lxc/$2.conf
	case $action:$key in
	set:delete) sed -i "1,/^\[/{/^$4:/d}" "$conf" ;;
	set:dev*)
		sed -i "1,/^\[/{/^$key:/d}" "$conf"
		sed -i "1i $key: $4" "$conf"
		;;
	reboot:*)
		main_section | sed -n 's/^\(lxc[^:]*\): /\1 = /p' >"$root/var/lib/lxc/$2/config"
		while IFS= read -r line; do
			path=${line#*: }
			path=${path%%,*}
			[[ $(node_of "$path") =~ ^c\ ([0-9:]+) ]]
			numbers=${BASH_REMATCH[1]} mode=0660
			[[ ! $line =~ mode=([0-7]+) ]] || mode=${BASH_REMATCH[1]}
			echo "lxc.cgroup2.devices.allow = c $numbers rw" >>"$root/var/lib/lxc/$2/config"
			make_node "/proc/4711/root$path" "$numbers" "$mode" 0 0
		done < <(main_section | grep '^dev[0-9]*: ')
		while read -r line path mode numbers; do
			[[ $(node_of "$path") =~ ^c\ ([0-9:]+)\ ([0-7]+)\ ([0-9]+)\ ([0-9]+) ]] || continue
			make_node "/proc/4711/root/$mode" "${BASH_REMATCH[@]:1}"
		done < <(main_section | grep '^lxc.mount.entry: ')
		;;
	*) return 1 ;;
	esac
}

# lxc-start brings in what the file mounts, of a directory everything that is in it.
lxc-start() { # -n NAME
	local source target path facts
	while read -r source target _; do
		target=${target#*/rootfs/}
		while IFS=$'\t' read -r path facts; do
			[[ $path == "$source" || $path == "$source"/* ]] || continue
			[ "$facts" != - ] || continue
			read -ra facts <<<"$facts"
			make_node "/proc/4711/root/$target${path#"$source"}" "${facts[@]:1:4}"
		done <"$root/.vfio-early-nodes"
	done < <(sed -n 's/^lxc.mount.entry *= *//p' "$root/var/lib/lxc/$2/config")
}

lxc-stop() { # -n NAME
	[ -e "$root/var/lib/lxc/$2/config" ]
}

lxc-update-config() { # -c FILE
	sed -i 's/^lxc\.id_map/lxc.idmap/; s/^lxc\.utsname/lxc.uts.name/' "$root$2"
}

# incus config device add NAME DEVICE gpu pci=ADDRESS, incus config unset NAME KEY, incus restart
# NAME: a container that has a gpu device has what the host has of NVIDIA's.
incus() {
	local yaml path facts
	yaml=$(readlink -f "$root/var/lib/incus/containers/studio")/backup.yaml
	case "$1 $2" in
	"config device")
		[ "$3 $4 $6" = "add studio gpu" ]
		sed -i "s/^  devices: {}/  devices:\n    $5:\n      pci: \"${7#pci=}\"\n      type: gpu/" "$yaml"
		;;
	"config unset") sed -i "/^    $4:/d" "$yaml" ;;
	"restart studio") ;;
	*) return 1 ;;
	esac
	grep -q 'type: gpu' "$yaml" || return 0
	while IFS=$'\t' read -r path facts; do
		[[ $path == /dev/nvidia* && $facts != - ]] || continue
		read -ra facts <<<"$facts"
		make_node "/proc/4711/root$path" "${facts[1]}" "${facts[2]}" 1000000 1000000
	done <"$root/.vfio-early-nodes"
}

# A mount and its source are one node.
chmod() { # MODE PATH
	local facts
	read -ra facts < <(node_of "$2")
	make_node "$2" "${facts[1]}" "$1" "${facts[@]:3:2}"
	make_node "/proc/4711/root$2" "${facts[1]}" "$1" "${facts[@]:3:2}"
}

# Paths in what is typed are those of the made-up root; a node that goes leaves the table.
type_command() { # COMMAND
	local command=$1
	if [[ $command == "incus "* ]]; then
		$command
		return
	elif [[ $command == "rm "* ]]; then
		printf '%s\t-\n' "${command##* }" >>"$root/.vfio-early-nodes"
	elif [[ $command == "lxc-"* || $command == "chmod 0"* ]]; then
		$command
		return
	elif [[ $command == "chmod +x "* ]]; then
		printf '%s\tf 0:0 0755 0 0 1790000500\n' "${command##* }" >>"$root/.vfio-early-nodes"
		return
	fi
	[[ $command == pct* ]] || command=$(sed "s#>/#>$root/#g; s#^rm \(-r \)\?/#rm -rf $root/#" <<<"$command")
	[[ $command != "sed -i "* ]] || command=${command/ \// $root/}
	mkdir -p "$root/etc/systemd/system" "$root/etc/udev/rules.d"
	eval "$command"
}

fails() { # CHECKS
	json_of '[.checks[] | select(.status == "fail") | .id] | unique | .[]' diagnose --ct "$container"
}

# Does what the fixture's check tells, in the order it tells it.
follow() { # FIXTURE
	local id=${1%%.*} before command container
	container=$(fixture_says "$1" args)
	container=${container#--ct }
	container=${container:-901}
	rm -rf "$root"
	unpack "$1"
	before=$(fails)
	grep -qx "$id" <<<"$before" || {
		echo "$1: $id does not fail: $before"
		return 1
	}
	while IFS= read -r command; do
		type_command "$command" || {
			echo "$1: cannot be typed: $command"
			return 1
		}
	done < <(json_of '.checks[] | select(.status == "fail") | .remedy.commands[]' diagnose --ct "$container" --only "$id")
	fails >"$BATS_TEST_TMPDIR/after"
	! grep -qx "$id" "$BATS_TEST_TMPDIR/after" || {
		echo "$1: $id fails still"
		return 1
	}
	[ -z "$(comm -13 <(sort <<<"$before") <(sort "$BATS_TEST_TMPDIR/after"))" ] || {
		echo "$1: new: $(cat "$BATS_TEST_TMPDIR/after")"
		return 1
	}
}

@test "what a container's checks tell to type puts it right, and nothing else wrong" {
	local wrong=0 name
	for name in CT-SECTION.fail CT-SECTION.script CT-NODES-HOST.fail CT-NODES-HOST.stale \
		CT-NODES-HOST.file CT-NODES-HOST.capability-unmade CT-IDMAP.fail CT-IDMAP.default \
		CT-HOOKS.mode CT-HOOKS.device CT-NODES-INSIDE.fail CT-NODES-EFFECTIVE.fail \
		CT-MAJORS.fail CT-MAJORS.directory CT-MAJORS.access CT-RESTART-NEEDED.fail; do
		follow "$name" || wrong=1
	done
	[ "$wrong" -eq 0 ]
}

@test "so does what those of a container of LXC tell" {
	local wrong=0 name
	for name in CT-CONF-PARSE.lxc-old CT-SECTION.lxc CT-MAJORS.lxc CT-IDMAP.lxc CT-PERMS.lxc \
		CT-NODES-INSIDE.lxc; do
		follow "$name" || wrong=1
	done
	[ "$wrong" -eq 0 ]
}

@test "so does what those of a container of Incus tell" {
	local wrong=0 name
	for name in CT-SECTION.incus CT-MAJORS.incus CT-HOOKS.incus CT-HOOKS.incus-tool \
		CT-NODES-HOST.incus-unmade CT-NODES-EFFECTIVE.incus; do
		follow "$name" || wrong=1
	done
	[ "$wrong" -eq 0 ]
}
