#!/bin/sh
# Installs Scrubjay @VERSION@: fetches the archive for this machine, verifies it, and only then puts its programs in place.
#
# SCRUBJAY_BASE_URL    where the release's files are, if not at GitHub (a mirror)
# SCRUBJAY_INSTALL_DIR where the programs go, if not to ~/.local/bin, or /usr/local/bin for root
set -eu

number='@NUMBER@'
programs='@PROGRAMS@'
base=${SCRUBJAY_BASE_URL:-@BASE@}
# The release's list of checksums is signed with the private half.
key='@KEY@'

say() { printf '%s\n' "scrubjay: $*" >&2; }
fail() {
	say "$*"
	say "nothing was installed"
	exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

fetch() { # NAME: into the temporary directory
	if have curl; then
		curl -fsSL --retry 2 -o "$tmp/$1" "$base/$1"
	elif have wget; then
		wget -q -O "$tmp/$1" "$base/$1"
	else
		fail "this needs curl or wget: install one of them and try again"
	fi || fail "$base/$1 cannot be fetched: look at the connection, or set SCRUBJAY_BASE_URL to a mirror"
}

sha256() { # FILE
	if have sha256sum; then
		sha256sum "$1" | cut -d ' ' -f 1
	elif have shasum; then
		shasum -a 256 "$1" | cut -d ' ' -f 1
	else
		openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
	fi
}

machine() {
	system=$(uname -s)
	processor=$(uname -m)
	case $system in
	Linux) system=linux ;;
	Darwin)
		system=darwin
		# A shell that runs translated sees an Intel machine.
		if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then processor=arm64; fi
		;;
	*) fail "there is no archive for $system that this can install: for Windows there are winget, Scoop and a .zip" ;;
	esac
	case $processor in
	x86_64 | amd64) processor=amd64 ;;
	aarch64 | arm64) processor=arm64 ;;
	*) fail "there is no archive for the processor $processor, only for amd64 and arm64" ;;
	esac
}

verify() { # ARCHIVE
	fetch SHA256SUMS
	if [ -z "$key" ]; then
		say "this release is not signed: only its checksums are verified"
	elif have openssl; then
		fetch SHA256SUMS.sig
		printf '%s\n' "$key" >"$tmp/key.pub"
		openssl dgst -sha256 -verify "$tmp/key.pub" -signature "$tmp/SHA256SUMS.sig" "$tmp/SHA256SUMS" >/dev/null 2>&1 ||
			fail "the signature of SHA256SUMS is not the release's: what $base has was changed. Do not use it, and tell us: @REPOSITORY@/security"
	else
		say "openssl is not here: the checksum is verified, the signature is not"
	fi
	fetch "$1"
	want=$(awk -v name="$1" '$2 == name { print $1 }' "$tmp/SHA256SUMS")
	[ -n "$want" ] || fail "SHA256SUMS does not list $1"
	got=$(sha256 "$tmp/$1")
	[ "$got" = "$want" ] || fail "$1 is not what SHA256SUMS says: it was changed or cut off on its way. Try again, or from another network"
}

main() {
	have sha256sum || have shasum || have openssl ||
		fail "this needs sha256sum, shasum or openssl to verify what it fetches: install one of them and try again"
	machine
	name=scrubjay_${number}_${system}_${processor}
	if [ -n "${SCRUBJAY_INSTALL_DIR:-}" ]; then
		dir=$SCRUBJAY_INSTALL_DIR
	elif [ "$(id -u)" = 0 ]; then
		dir=/usr/local/bin
	else
		[ -n "${HOME:-}" ] || fail "HOME is not set: set SCRUBJAY_INSTALL_DIR to where the program is to go"
		dir=$HOME/.local/bin
	fi
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"; for p in $programs; do rm -f "$dir/.$p.$$"; done' EXIT
	trap 'exit 1' HUP INT TERM

	verify "$name.tar.gz"
	tar -xzf "$tmp/$name.tar.gz" -C "$tmp" || fail "$name.tar.gz cannot be unpacked"
	for p in $programs; do
		"$tmp/$name/$p" version >/dev/null || fail "$p does not run on this machine"
	done

	mkdir -p "$dir" || fail "$dir cannot be made: set SCRUBJAY_INSTALL_DIR to a directory of yours"
	for p in $programs; do
		{ cp "$tmp/$name/$p" "$dir/.$p.$$" && chmod 755 "$dir/.$p.$$"; } || fail "$dir cannot be written to: set SCRUBJAY_INSTALL_DIR to a directory of yours"
	done
	# In one step each, also where an older one is running.
	for p in $programs; do
		mv -f "$dir/.$p.$$" "$dir/$p"
	done

	say "$("$dir/scrubjay" version) is installed in $dir"
	case :$PATH: in
	*:"$dir":*) ;;
	*) say "$dir is not on your PATH. For this shell: export PATH=\"$dir:\$PATH\"; write the same line into your shell's startup file" ;;
	esac
	say "next: scrubjay demo shows it at work, scrubjay run -- claude (or codex, aider, opencode) uses it"
}

# All is read before anything is done: a script that was cut off on its way does nothing.
main
