# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The firmware's variables of the made-up root, as efivarfs shows them: four bytes of
# attributes, then the value.

efivars=$root/sys/firmware/efi/efivars
loader_vendor=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f

utf16() { # TEXT
	printf %s "$1" | iconv -t UTF-16LE
}

# A variable of the Boot Loader Interface.
efi_loader() { # NAME TEXT
	mkdir -p "$efivars"
	{ printf '\6\0\0\0'; utf16 "$2"; printf '\0\0'; } >"$efivars/$1-$loader_vendor"
}

# The boot option of this boot: the second partition of a disk, and a file on it.
efi_started() { # FILE
	local name
	mkdir -p "$efivars"
	name=$(utf16 "$1" | wc -c)
	printf '\6\0\0\0\1\0' >"$efivars/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c"
	{
		printf '\7\0\0\0\1\0\0\0'
		printf %b "\\x$(printf %02x $((42 + 4 + name + 2 + 4)))\\0"
		utf16 'An option'
		printf '\0\0\4\1\52\0'
		head -c 38 /dev/zero
		printf %b "\\4\\4\\x$(printf %02x $((4 + name + 2)))\\0"
		utf16 "$1"
		printf '\0\0\177\377\4\0'
	} >"$efivars/Boot0001-8be4df61-93ca-11d2-aa0d-00e098032b8c"
}
