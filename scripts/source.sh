# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels that are built from Debian's source, with a configuration of ours: what
# the scripts that do so have in common. Sourced after lib.sh.

readonly source_package=linux-source-6.12

# Prints the version that apt would fetch, or nothing.
source_version() {
	LC_ALL=C apt-cache policy "$source_package" |
		awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# download_source VERSION: the package, into the present directory.
download_source() {
	apt download "$source_package=$1"
}

# unpack_source TREE: from the package in the present directory. Of the machines,
# drivers and documents left out nothing is built.
unpack_source() {
	mkdir "$1"
	dpkg-deb --fsys-tarfile ./*.deb | tar -xO "./usr/src/$source_package.tar.xz" |
		tar -xJ -C "$1" --strip-components=1 --wildcards \
			--exclude='*/Documentation/*/*' --exclude='*/tools/testing/*' \
			--exclude="$source_package/arch/[a-tvwyz]*.[chS]" --exclude='*/dts/*' --exclude='*/sound/*.[ch]' \
			--exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/media/*.[ch]' \
			--exclude='*/drivers/net/ethernet/*.[ch]' \
			--exclude='*/drivers/net/wireless/*.[ch]'
}

# configure_source TREE ARCH FILE...: what allnoconfig leaves out, except for what
# the files ask for, all of which has to stand in the end.
configure_source() {
	local tree=$1 arch=$2 line symbol status=0

	shift 2
	cat "$@" >"$tree/wanted"
	make -C "$tree" ARCH="$arch" KCONFIG_ALLCONFIG=wanted allnoconfig
	while read -r line; do
		case $line in
		CONFIG_*)
			grep -qxF "$line" "$tree/.config" || { note "not to be had: $line"; status=1; }
			;;
		'# CONFIG_'*' is not set')
			symbol=${line#\# }
			! grep -q "^${symbol%% *}=" "$tree/.config" || { note "is set: $line"; status=1; }
			;;
		esac
	done <"$tree/wanted"
	return "$status"
}

# keep_build TREE TARGET FILE...: what modules are built with, the kernel's release,
# and the named files.
keep_build() {
	local tree=$1 target=$2

	shift 2
	mkdir -p "$target"
	cp "$tree/include/config/kernel.release" "$target/release"
	(
		cd "$tree" || exit
		{
			printf '%s\n' .config Makefile Module.symvers "$@"
			find scripts -type f ! -name '*.o' ! -name '.*.cmd'
			find include arch -name '*.h' -o -name 'Makefile*'
			find include/config include/generated arch/*/include/generated -type f
		} | sort -u | tar -cT - | tar -xC "$target"
	)
}

# source_recipe FUNCTION... FILE...: a name for how a kernel is built: by these
# functions, with these configurations, by this compiler.
source_recipe() {
	local part

	{
		declare -f unpack_source configure_source keep_build
		for part; do
			if [[ -e $part ]]; then
				cat "$part"
			else
				declare -f "$part"
			fi
		done
		gcc --version
	} | sha256sum | cut -c 1-12
}

need_source_tools() {
	need gcc:build-essential make:make flock:util-linux bc:bc bison:bison flex:flex \
		perl:perl-base xz:xz-utils dpkg-deb:dpkg apt-cache:apt
	[[ -e /usr/include/stdio.h ]] || install_packages libc6-dev
}
