# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernels that watch, with one set of names: those of scripts/kernel, in an emulated
# machine, and um, which is scripts/um -c debug. Sourced after scripts/lib.sh.

: "${top:?}"

# obtain KERNEL
obtain() {
	case $1 in
	um) "$top/scripts/um" -c debug kernel ;;
	*) "$top/scripts/kernel" "$1" ;;
	esac >/dev/null
}

# build_module KERNEL
build_module() {
	case $1 in
	um) "$top/scripts/um" -c debug build ;;
	*) "$top/scripts/build" "$1" W=1 ;;
	esac
}

# make_for KERNEL ARGUMENT...: make, where modules of this kernel are built
make_for() {
	local kernel=$1

	shift
	case $kernel in
	um) make -s -C "$("$top/scripts/um" -c debug kernel)" ARCH=um "$@" ;;
	*) make -s -C "$("$top/scripts/kernel" "$kernel")/headers" "$@" ;;
	esac
}

# boot KERNEL OPTION... -- COMMAND...: the options are those of scripts/vm and scripts/um alike
boot() {
	local kernel=$1

	shift
	case $kernel in
	um) "$top/scripts/um" -c debug run -m 2048 -a panic_on_warn=1 "$@" ;;
	# allnoconfig leaves it off, and only this or debugfs turns it on.
	kcsan) set -- -a kcsan.early_enable=1 "$@" ;;&
	*) nice -n 5 "$top/scripts/vm" -k "$kernel" -m 3G "$@" ;;
	esac
}
