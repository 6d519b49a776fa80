#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Each check on systems made of fixtures. ID.NAME.manifest is about the check ID: on the
# system that it is based on the check passes ("# before STATUS" says otherwise), and with
# the fixture on top it comes to "# expect STATUS".

load helper

# What is said of a fixture, key by key, at its head: header[KEY].
read_header() { # NAME
	local mark key rest
	declare -gA header=()
	while read -r mark key rest && [ "$mark" = '#' ]; do
		header[$key]=$rest
	done <"$fixtures/$1.manifest"
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

# One whole diagnosis of each fixture, and one of the system below it, for all tests that
# read them: after/NAME.json, before/NAME.json, and in about.json whom NAME is about.
reports=$BATS_FILE_TMPDIR/reports
make_reports() {
	local file name before
	[ ! -e "$reports" ] || return 0
	mkdir -p "$reports/before" "$reports/after" "$reports/bases"
	for file in "$fixtures"/[A-Z]*.*.manifest; do
		name=${file##*/}
		name=${name%.manifest}
		read_header "$name"
		make_base "${header[base]}"
		before=$reports/bases/${header[base]}${header[args]//[ \/]/_}
		# shellcheck disable=SC2086 # the arguments are words
		[ -e "$before" ] || tool --json diagnose ${header[args]} >"$before" || [ $? -le 2 ]
		ln -s "$before" "$reports/before/$name.json"
		"$top/vfio-early" capture --unpack "$file" "$root"
		# shellcheck disable=SC2086
		tool --json diagnose ${header[args]} >"$reports/after/$name.json" || [ $? -le 2 ]
		printf '{"%s": "%s"}\n' "$name" "${header[about]}" >>"$reports/about"
	done
	jq -s add "$reports/about" >"$reports/about.json"
}

# The worst status that the check of each fixture comes to, and its title: of all rows, or
# those about "# about WHOM". Lines of NAME, a tabulator and these.
answers() { # before|after
	jq -nr --slurpfile about "$reports/about.json" '
		inputs | (input_filename | split("/")[-1] | rtrimstr(".json")) as $name
		| ($name | split(".")[0]) as $id | $about[0][$name] as $whom
		| [.checks[] | select(.id == $id and ($whom == "" or .device == $whom or .subject == $whom))]
		| sort_by(.status as $s | ["skip", "pass", "info", "unknown", "warn", "fail"] | index($s))
		| last | $name + "\t" + .status + " " + .title' "$reports/$1"/*.json
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

@test "every fixture of a check comes to what it says" {
	local name got tried=0 wrong=0
	make_reports
	declare -A before
	while IFS=$'\t' read -r name got; do
		before[$name]=$got
	done < <(answers before)
	while IFS=$'\t' read -r name got; do
		read_header "$name"
		tried=$((tried + 1))
		[[ ${before[$name]} == "${header[before]:-pass} "* ]] || {
			printf '%s: before: expected %s, got %s\n' "$name" "${header[before]:-pass}" "${before[$name]}"
			wrong=1
		}
		[[ $got == "${header[expect]} "*"${header[says]}"* ]] || {
			printf '%s: expected %s ...%s..., got %s\n' "$name" "${header[expect]}" "${header[says]}" "$got"
			wrong=1
		}
	done < <(answers after)
	assert_equal "$(find "$fixtures" -name '[A-Z]*.*.manifest' | wc -l)" "$tried"
	[ "$wrong" -eq 0 ]
}

@test "every warning and failure of every fixture says what to do" {
	make_reports
	run -0 jq -r '.checks[] | select((.status == "warn" or .status == "fail")
		and (.remedy.text // "" | length) < 5) | input_filename + ": " + .id + ": " + .title' "$reports"/after/*.json
	assert_equal "" "$output"
}

# What no manifest can hold: a file for which the memory does not suffice, in place of this one.
report_with_endless() { # BASE CHECK /PATH EXPECTED
	make_base "$1"
	mkdir -p "$root${3%/*}"
	truncate -s 4G "$root$3"
	(ulimit -v 400000 && tool --json diagnose --only "$2") >"$BATS_TEST_TMPDIR/report"
	assert_equal "$4" "$(jq -r '.checks[] | .status + " " + .title' "$BATS_TEST_TMPDIR/report" | sort -u)"
	mkdir -p "$BATS_FILE_TMPDIR/others"
	cp "$BATS_TEST_TMPDIR/report" "$BATS_FILE_TMPDIR/others/$2.json"
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
	mkdir -p "$BATS_FILE_TMPDIR/others"
	cp "$BATS_TEST_TMPDIR/report" "$BATS_FILE_TMPDIR/others/hidden.json"
}

@test "what lies behind a directory that may not be looked into is unknown" {
	try_hidden
}

@test "a fixture reaches every verdict of every check, and no word is left open" {
	local file name
	make_reports
	try_endless
	try_hidden
	for file in "$fixtures"/case-*.manifest; do
		name=${file##*/}
		name=${name%.manifest}
		rm -rf "$root"
		unpack "$name"
		# shellcheck disable=SC2046 # the arguments are words
		tool --json diagnose $(fixture_says "$name" args) >"$BATS_FILE_TMPDIR/others/$name.json" || [ $? -le 2 ]
	done
	cat "$reports"/*/*.json "$BATS_FILE_TMPDIR"/others/*.json >"$BATS_TEST_TMPDIR/all"
	[ "$("$top/build/tests/list-verdicts" all | wc -l)" -gt 200 ]
	assert_equal "" "$("$top/build/tests/list-verdicts" <"$BATS_TEST_TMPDIR/all" | sort -u)"
	assert_equal "" "$(jq -r '.checks[] | .title, .remedy.text?, .remedy.commands[]?' "$BATS_TEST_TMPDIR/all" |
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
