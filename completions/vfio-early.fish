# SPDX-License-Identifier: GPL-2.0-or-later
# For fish: vfio-early itself says what may stand here.

function __vfio_early_candidates
    set -l words (commandline -opc) (commandline -ct)
    $words[1] complete -- $words[2..-1] 2>/dev/null
end

complete -c vfio-early -f
complete -c vfio-early -n 'not __vfio_early_candidates | string match -q :files' -a '(__vfio_early_candidates)'
complete -c vfio-early -n '__vfio_early_candidates | string match -q :files' -F
