# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Helpers for the scripts of this directory, which source it:
#
#	. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
#
# Sets `top` (the repository) and `cache` (where kernels are kept, outside the
# repository; TCPFSM_CACHE overrides it).

# shellcheck disable=SC2034 # both are read by the scripts that source this file
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$(realpath -m "${TCPFSM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tcpfsm}")

# depmod, modprobe and chroot live in directories that a plain user's PATH lacks.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Exit status for "cannot be done here", which callers count as skipped.
readonly SKIPPED=77

note() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { note "$*"; exit 1; }
skip() { note "$*"; exit "$SKIPPED"; }

# module_version: all of the project has this one.
module_version() { sed -n 's/^#define VERSION "\(.*\)"$/\1/p' "$top/src/kmod/main.c"; }

# apt ARGUMENTS...: apt-get without questions; its output is shown if it fails.
apt() {
	local log status=0

	log=$(mktemp)
	# _apt cannot write into a directory of ours; downloading as root instead
	# is what apt falls back to anyway, after a warning.
	DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -qq -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 -o Acquire::http::Timeout=30 \
		-o APT::Sandbox::User=root "$@" \
		>"$log" 2>&1 </dev/null || status=$?
	((status == 0)) || cat "$log" >&2
	rm -f "$log"
	return "$status"
}

# install_packages PACKAGE...: refreshes apt's lists only if they do not do.
install_packages() {
	((EUID == 0)) || die "missing packages, and only root can install them: $*"
	note "installing $*"
	apt install "$@" 2>/dev/null && return
	apt update || note "apt-get update failed"
	apt install "$@" || die "cannot install $*"
}

# depends PACKAGE PREFIX: the first dependency whose name begins with PREFIX.
depends() {
	LC_ALL=C apt-cache depends --important "$1" 2>/dev/null |
		awk -v prefix="$2" '$1 ~ /Depends:$/ && index($2, prefix) == 1 && !n++ { print $2 }'
}

# need COMMAND:PACKAGE...: installs the packages whose commands are missing.
need() {
	local pair
	local -a packages=()

	for pair; do
		command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
	done
	((${#packages[@]} == 0)) || install_packages "${packages[@]}"
}

# render KIND COMMAND FILE: the file with what stands between <!-- KIND: NAME --> and
# <!-- end KIND --> made again, by COMMAND NAME.
render() {
	local line inside=''

	while IFS= read -r line; do
		[[ $line != "<!-- end $1 -->" ]] || inside=''
		[[ $inside ]] || printf '%s\n' "$line"
		[[ $line =~ ^"<!-- $1: "([a-z0-9_\ -]+)' -->'$ ]] || continue
		inside=${BASH_REMATCH[1]}
		echo
		# shellcheck disable=SC2086 # a name, and for some what it is of
		"$2" $inside
		echo
	done <"$3"
	[[ ! $inside ]] || die "$3: the part \"$inside\" has no end"
}

# unpack_packages DIRECTORY PACKAGE...: their files below the directory, and nothing
# more: nothing is installed, so that no daemon of theirs begins here.
unpack_packages() {
	local dir=$1

	shift
	[[ ! -e $dir/complete ]] || return 0
	locked unpack unpack_into "$dir" "$@"
}

# Of unpack_packages, under its lock.
unpack_into() {
	local dir=$1 package

	shift
	cd "$scratch"
	mkdir new
	apt download "$@" 2>/dev/null || { apt update && apt download "$@"; }
	for package in ./*.deb; do
		dpkg-deb -x "$package" new
	done
	mkdir -p "$dir"
	cp -a new/. "$dir/"
	touch "$dir/complete"
}

# make splits at spaces, QEMU's options at commas.
[[ $top$cache != *[[:space:],]* ]] || die "cannot work in $top with a cache in $cache"

# locked NAME COMMAND...: runs COMMAND, a function, while no other script holds
# NAME, in an empty directory `scratch` that is gone afterwards: what is to stay
# is moved out of it when complete. Not to be called in a condition, where the
# shell would let COMMAND go on after an error.
locked() {
	local fd status
	local scratch=$cache/scratch/$1

	mkdir -p "$cache/lock" "$cache/scratch"
	exec {fd}>"$cache/lock/$1"
	flock "$fd"
	# There may be one of an interrupted run.
	rm -rf --one-file-system "$scratch"
	mkdir "$scratch"
	shift
	(
		set -e
		trap 'rm -rf --one-file-system "$scratch"' EXIT
		"$@"
	) {fd}>&-
	status=$?
	exec {fd}>&-
	return "$status"
}
