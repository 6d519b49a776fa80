# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For bash-completion: vfio-early itself says what may stand here.

_vfio_early() {
	local cur words cword line lines
	# An address has colons in it, an option with its value a "=".
	_get_comp_words_by_ref -n ':=' cur words cword
	mapfile -t lines < <("${words[0]}" complete -- "${words[@]:1:cword}" 2>/dev/null)
	if [[ ${lines[0]-} == :files ]]; then
		compopt -o default
		return
	fi
	COMPREPLY=()
	for line in "${lines[@]}"; do
		COMPREPLY+=("${line%%$'\t'*}")
	done
	# A list is shown with what each of them is; only then bash inserts none of them.
	if ((COMP_TYPE == 63 && ${#lines[@]} > 1)); then
		COMPREPLY=("${lines[@]/$'\t'/  }")
	fi
	# Where these divide words, bash puts what is here behind the last of them.
	[[ $COMP_WORDBREAKS != *=* || $cur != *=* ]] || COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*=}"}"}")
	__ltrim_colon_completions "$cur"
}
complete -F _vfio_early vfio-early
