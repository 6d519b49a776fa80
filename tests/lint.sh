#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lint.sh CC FLAGS: no warning from gcc and clang, the house's format, clean shell, and
# the rules of rules.sh: directions between rooms, one door for changes.
set -eu
cd "$(dirname "$0")/.."
flags=$2
failed=0

for compiler in "$1" clang; do
	echo "  LINT $compiler"
	make --no-print-directory -s -j2 objects CC="$compiler" HOOK_CC="$compiler" \
		BUILD="build/lint-$compiler" STRICT="$flags" >/dev/null || failed=1
done

# Each version of clang-format makes something else of the same options.
format=14
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
if [ "$version" = "$format" ]; then
	echo "  LINT clang-format"
	git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror || failed=1
else
	echo "  LINT clang-format: NOT CHECKED: this is version $version, and the sources are formatted with $format (Debian 12's)"
fi

echo "  LINT shellcheck"
git ls-files '*.sh' '*.bash' '*.bats' 'debian/post*' debian/prerm '*PKGBUILD' | xargs shellcheck -x || failed=1

echo "  LINT rules"
tests/rules.sh || failed=1
exit $failed
