#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Tab key in bash, zsh and fish: real shells, with what completions/ has for them.

load helper

setup() {
	make_machine
	PATH=$top:$PATH
	export TERM=dumb
	# Where a shell looks for what a user set.
	export HOME=$BATS_TEST_TMPDIR
}

# What an interactive shell makes of keys that are typed into it, in $output, and the line that they have become in
# $line: at its end it is made an argument of echo.
typed_into() { # SHELL KEYS
	# shellcheck disable=SC2059 # the keys have a \t
	printf "$2\001echo '<\005>' >$HOME/line\nexit\n" >"$BATS_TEST_TMPDIR/keys"
	rm -f "$HOME/line"
	output=$(timeout 300 script -qec "$1" /dev/null <"$BATS_TEST_TMPDIR/keys" | tr -d '\r')
	line=$(sed 's/^<\(.*\)>$/\1/' "$HOME/line")
}

in_bash() { # KEYS
	printf '%s\n' '. /usr/share/bash-completion/bash_completion' ". $top/completions/vfio-early.bash" "PS1='$ '" \
		>"$HOME/rc"
	typed_into "bash --noprofile --rcfile $HOME/rc -i" "$1"
}

in_zsh() { # KEYS
	printf '%s\n' "fpath=($top/completions \$fpath)" 'autoload -U compinit' 'compinit -u -D' "PS1='$ '" \
		'bindkey -e' 'unsetopt zle_bracketed_paste' >"$HOME/.zshrc"
	typed_into "env ZDOTDIR=$HOME zsh -d -i" "$1"
}

# What fish would complete a line to, each with what it is.
in_fish() { # LINE
	output=$(fish --no-config -c "source $top/completions/vfio-early.fish; complete -C '$1'")
}

@test "bash completes commands, options and their values" {
	in_bash 'vfio-early disa\t'
	assert_equal 'vfio-early disable ' "$line"
	in_bash 'vfio-early list --al\t'
	assert_equal 'vfio-early list --all ' "$line"
	in_bash 'vfio-early diagnose --format=m\t'
	assert_equal 'vfio-early diagnose --format=markdown ' "$line"
}

@test "bash offers this machine's cards with their names, and goes on behind a colon" {
	in_bash "vfio-early --root $root enable 0\t\t"
	assert_contains '01:00.0  '
	assert_contains '02:00.0  '
	in_bash "vfio-early --root $root enable 02:\t"
	assert_equal "vfio-early --root $root enable 02:00.0 " "$line"
}

@test "bash completes the names of files where a file is meant" {
	mkdir "$BATS_TEST_TMPDIR/here"
	: >"$BATS_TEST_TMPDIR/here/report-of-monday"
	in_bash "vfio-early diagnose --output $BATS_TEST_TMPDIR/here/rep\t"
	assert_equal "vfio-early diagnose --output $BATS_TEST_TMPDIR/here/report-of-monday " "$line"
}

@test "zsh completes commands, options, values, cards and files" {
	in_zsh 'vfio-early disa\t'
	assert_equal 'vfio-early disable' "${line% }"
	in_zsh 'vfio-early diagnose --want h\t'
	assert_equal 'vfio-early diagnose --want host' "${line% }"
	in_zsh "vfio-early --root $root enable 02\t"
	assert_equal "vfio-early --root $root enable 02:00.0" "${line% }"
	in_zsh "vfio-early --root $root enable 0\t\t"
	assert_contains '01:00.0  -- '
	: >"$BATS_TEST_TMPDIR/report-of-monday"
	in_zsh "vfio-early capture $BATS_TEST_TMPDIR/report\t"
	assert_equal "vfio-early capture $BATS_TEST_TMPDIR/report-of-monday" "${line% }"
}

@test "fish completes commands, options, values and cards, each with what it is" {
	in_fish 'vfio-early disa'
	assert_equal $'disable\tmake the normal boot the default again' "$output"
	in_fish 'vfio-early list --al'
	assert_equal $'--all\tevery device that is not a bridge' "$output"
	in_fish 'vfio-early diagnose --want h'
	assert_equal host "${output%$'\t'}"
	in_fish "vfio-early --root $root enable 0"
	assert_contains $'01:00.0\t'
	: >"$BATS_TEST_TMPDIR/report-of-monday"
	in_fish "vfio-early capture $BATS_TEST_TMPDIR/report"
	assert_contains report-of-monday
}

@test "every command and option of the help can be completed, with what the help says of it" {
	local command option
	assert_equal "$(tool help | sed -n 's/^  \([a-z-]*\)  *\([a-z].*\)/\1\t\2/p')" "$(tool complete -- '')"
	for command in $(tool help | awk '/^  [a-z]/ {print $1}'); do
		for option in $(tool help "$command" | grep -oE '^  (-[a-z], )?--[a-z-]+' | sed 's/.* //'); do
			tool complete -- "$command" "$option" | grep -qE -- "^$option	[^ ]" || {
				echo "$command $option"
				return 1
			}
		done
	done
}

@test "what the help writes in capitals is no value" {
	assert_equal $'vm\t\nhost\t' "$(tool complete -- diagnose --want '')"
	assert_equal '' "$(tool complete -- diagnose --ct '')"
	assert_equal :files "$(tool complete -- diagnose --output '')"
}

@test "the boot display is offered as what it is, and a machine without a PCI bus offers nothing" {
	run -0 tool complete -- enable ''
	assert_equal 1 "$(grep -c 'boot display' <<<"$output")"
	rm -r "$root/sys/bus/pci"
	run -0 tool complete -- enable ''
	assert_equal '' "$output"
}
