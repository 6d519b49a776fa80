#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Each check on systems made of fixtures. ID.NAME.manifest is about the check ID: on the
# system that it is based on the check passes ("# before STATUS" says otherwise), and with
# the fixture on top it comes to "# expect STATUS".

load helper

# The worst status that the check comes to, and its title: of all rows, or those about
# "# about WHOM".
answer() { # ID ARGUMENTS WHOM
	# shellcheck disable=SC2086 # the arguments are words
	tool --json diagnose --only "$1" $2 | tee -a "$BATS_FILE_TMPDIR/reports" | jq -r --arg whom "$3" '
		[.checks[] | select($whom == "" or .device == $whom or .subject == $whom)]
		| sort_by(.status as $s | ["skip", "pass", "info", "unknown", "warn", "fail"] | index($s))
		| last | .status + " " + .title'
}

# The system that fixtures are based on, afresh.
make_base() { # NAME
	rm -rf "$root"
	if [ ! -e "$BATS_FILE_TMPDIR/base/$1" ]; then
		unpack "$1"
		mkdir -p "$BATS_FILE_TMPDIR/base"
		mv "$root" "$BATS_FILE_TMPDIR/base/$1"
	fi
	cp -a "$BATS_FILE_TMPDIR/base/$1" "$root"
}

# One fixture, before and after. `base_answer` is what is known of bases already.
declare -gA base_answer
try() { # NAME
	local id=${1%%.*} arguments whom before expect says got base question
	arguments=$(fixture_says "$1" args)
	whom=$(fixture_says "$1" about)
	before=$(fixture_says "$1" before)
	expect=$(fixture_says "$1" expect)
	says=$(fixture_says "$1" says)
	base=$(fixture_says "$1" base)
	make_base "$base"
	question="$base $id $arguments $whom"
	[ -n "${base_answer[$question]-}" ] ||
		base_answer[$question]=$(answer "$id" "$arguments" "$whom")
	got=${base_answer[$question]}
	[[ $got == "${before:-pass} "* ]] || {
		printf '%s: before: expected %s, got %s\n' "$1" "${before:-pass}" "$got"
		return 1
	}
	"$top/vfio-early" capture --unpack "$fixtures/$1.manifest" "$root"
	got=$(answer "$id" "$arguments" "$whom")
	[[ $got == "$expect "*"$says"* ]] || {
		printf '%s: expected %s ...%s..., got %s\n' "$1" "$expect" "$says" "$got"
		return 1
	}
}

@test "every check has a fixture in which it passes and does not pass" {
	local id missing=0
	for id in $("$top/vfio-early" --json diagnose --list-checks | jq -r '.checks[].id'); do
		[ -e "$fixtures/$id.fail.manifest" ] || {
			echo "no $id.fail.manifest"
			missing=1
		}
	done
	[ "$missing" -eq 0 ]
}

try_all() {
	local file name wrong=0 tried=0
	for file in "$fixtures"/[A-Z]*.*.manifest; do
		name=${file##*/}
		try "${name%.manifest}" || wrong=1
		tried=$((tried + 1))
	done
	[ "$tried" -gt 70 ]
	[ "$wrong" -eq 0 ]
}

@test "every fixture of a check comes to what it says" {
	try_all
}

# What no manifest can hold: a file for which the memory does not suffice, in place of this one.
report_with_endless() { # BASE CHECK /PATH EXPECTED
	make_base "$1"
	mkdir -p "$root${3%/*}"
	truncate -s 4G "$root$3"
	(ulimit -v 400000 && tool --json diagnose --only "$2") >"$BATS_TEST_TMPDIR/report"
	assert_equal "$4" "$(jq -r '.checks[] | .status + " " + .title' "$BATS_TEST_TMPDIR/report" | sort -u)"
	cat "$BATS_TEST_TMPDIR/report" >>"$BATS_FILE_TMPDIR/reports"
}

try_endless() {
	report_with_endless vm-host VM-CONF-PARSE /etc/pve/qemu-server/100.conf \
		"unknown the guests' configuration could not be read"
	report_with_endless vm-host DRV-OTHER-CLAIMS /etc/modprobe.d/vfio.conf \
		'unknown the configuration of modules and devices could not be read'
}

@test "a file that does not fit into the memory leaves unknown what it says, and no more" {
	try_endless
}

# Nor a directory that root itself may not look into, as in a container that has few capabilities.
try_hidden() {
	make_base container-host
	sed -i '\|^/proc/4711/|d' "$root/.vfio-early-nodes"
	chmod 0 "$root/proc/4711/root"
	local as=()
	[ "$EUID" -ne 0 ] || as=(setpriv --bounding-set -all)
	"${as[@]}" "$top/vfio-early" --root "$root" --json diagnose --only CT-NODES-INSIDE --ct 901 \
		>"$BATS_TEST_TMPDIR/report"
	chmod 755 "$root/proc/4711/root"
	assert_equal 'unknown what the container sees cannot be looked at without root (and 3 more)' \
		"$(jq -r '.checks[] | .status + " " + .title' "$BATS_TEST_TMPDIR/report")"
	cat "$BATS_TEST_TMPDIR/report" >>"$BATS_FILE_TMPDIR/reports"
}

@test "what lies behind a directory that may not be looked into is unknown" {
	try_hidden
}

@test "a fixture reaches every verdict of every check, and no word is left open" {
	local file name
	[ -s "$BATS_FILE_TMPDIR/reports" ] || try_all
	try_endless
	try_hidden
	for file in "$fixtures"/case-*.manifest; do
		name=${file##*/}
		name=${name%.manifest}
		rm -rf "$root"
		unpack "$name"
		# shellcheck disable=SC2046 # the arguments are words
		tool --json diagnose $(fixture_says "$name" args) >>"$BATS_FILE_TMPDIR/reports" || true
	done
	[ "$("$top/build/tests/list-verdicts" all | wc -l)" -gt 200 ]
	assert_equal "" "$("$top/build/tests/list-verdicts" <"$BATS_FILE_TMPDIR/reports" | sort -u)"
	assert_equal "" "$(jq -r '.checks[] | .title, .remedy.text?, .remedy.commands[]?' "$BATS_FILE_TMPDIR/reports" |
		grep -E '\{([1-9]|device|driver|who|id|file)\}')"
}

# What a case prints in a form; its golden file has the same. JSON is kept without what
# passes and what does not apply: those rows change with every new check.
golden_form() { # NAME FORM
	local arguments
	arguments=$(fixture_says "$1" args)
	# shellcheck disable=SC2086 # the arguments are words
	case $2 in
	txt) COLUMNS=80 tool diagnose $arguments ;;
	md) tool diagnose --format markdown $arguments ;;
	json) tool diagnose --format json $arguments | jq -S 'del(.tool, .summary.pass, .summary.skip)
		| .checks |= map(select(.status != "pass" and .status != "skip"))' ;;
	esac || [ $? -eq 1 ]
}

# The forms that are kept of a case: a person reads three whole reports, and JSON has the rest.
forms_of() { # NAME
	case $1 in
	case-healthy-vm | case-twins | case-901-on-vfio) echo txt md json ;;
	*) echo json ;;
	esac
}

# To accept what the cases print now: GOLDEN=accept bats diagnose.bats, and read the diff.
@test "whole reports are as they were read and found good" {
	local file name form differ=0 compared=0 golden=$fixtures/golden
	for file in "$fixtures"/case-*.manifest; do
		name=${file##*/}
		name=${name%.manifest}
		rm -rf "$root"
		unpack "$name"
		for form in $(forms_of "$name"); do
			golden_form "$name" "$form" >"$BATS_TEST_TMPDIR/now"
			[ "${GOLDEN-}" != accept ] || cp "$BATS_TEST_TMPDIR/now" "$golden/$name.$form"
			diff -u "$golden/$name.$form" "$BATS_TEST_TMPDIR/now" || differ=1
			compared=$((compared + 1))
		done
	done
	# Each golden file belongs to a case.
	assert_equal "$compared" "$(find "$golden" -type f | wc -l)"
	[ "$compared" -ge 19 ]
	[ "$differ" -eq 0 ]
}

@test "a remedy never advises an enable that would refuse, and says why instead" {
	local nouveau=/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/driver commands
	commands='[.checks[] | select(.id == "DRV-BOUND" and .device == "0000:01:00.0").remedy]
		| first | "\(.commands | join(", ")): \(.text)"'
	unpack vm-host
	ln -sfn ../../../../bus/pci/drivers/nouveau "$root$nouveau"
	put /boot/grub/grubenv <<<'# GRUB Environment Block'
	assert_equal 'vfio-early enable 0000:01:00.0, reboot: let vfio-early give it to vfio-pci before any other driver comes' \
		"$(tool --json diagnose --only DRV-BOUND | jq -r "$commands")"
	"$top/vfio-early" capture --unpack "$fixtures/GROUP-VIABLE.fail.manifest" "$root"
	run -0 jq -r "$commands" <<<"$(tool --json diagnose --only DRV-BOUND)"
	assert_contains ": let vfio-early give it"
	assert_contains "but 'vfio-early enable' refuses this: 01:00.0 (NVIDIA"
	assert_contains 'also holds 00:1f.6'
	assert_lacks 'vfio-early enable 0000'
}

@test "between enable and the reboot, reboot is what is said, once" {
	unpack vm-host
	"$top/vfio-early" capture --unpack "$fixtures/DRV-BOUND.pending.manifest" "$root"
	run -1 tool --json diagnose --vm 100
	assert_equal 'DRV-BOUND: reboot' "$(jq -r '.checks[] | select(.status == "fail" or .status == "warn")
		| "\(.id): \(.remedy.commands | join(" "))"' <<<"$output")"
}
