#!/bin/sh
# What a CI job runs: the GitHub Action (action.yml), GitLab's template (gitlab.yml), and whatever else has a shell.
#
#   scrubjay.sh install    fetches a release, verifies it, and puts its program on the PATH of GitHub's next steps
#   scrubjay.sh scan       looks for secrets, and writes a report
#   scrubjay.sh attest     looks for assistants' commits that nobody has said yes to, if there is a range
#
# All that it is told are variables, so that nothing of a branch's or a file's name is ever a part of a command:
#
# SCRUBJAY_VERSION       the release, such as v1.2.3
# SCRUBJAY_BASE_URL      where its files are, if not at GitHub (a mirror)
# SCRUBJAY_INSTALL_DIR   where the program goes, and is found by scan and attest
# SCRUBJAY_PATHS         what is scanned, a path a line; all if there is none
# SCRUBJAY_HISTORY       true: every content in every commit
# SCRUBJAY_BASELINE      a file of findings that count no more
# SCRUBJAY_REPORT        the report in SARIF, if not scrubjay.sarif
# SCRUBJAY_RANGE         the commits for attest, such as origin/main..HEAD
# SCRUBJAY_EVIDENCE      what attest found, if not scrubjay-attest.json
#
# Exit code 0: nothing was found. 1: something was. 2: an error.
set -eu

say() { printf '%s\n' "scrubjay: $*" >&2; }
fail() {
	say "$*"
	exit 2
}
output() { # NAME VALUE: for GitHub's later steps
	if [ -n "${GITHUB_OUTPUT:-}" ]; then printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; fi
}

version=${SCRUBJAY_VERSION:-}
# Not where others may write, too.
dir=${SCRUBJAY_INSTALL_DIR:-${RUNNER_TEMP:-${HOME:-.}}/.scrubjay-ci}

install() {
	case $version in
	*[!0-9A-Za-z.-]*) version='' ;;
	v[0-9]*.[0-9]*.[0-9]*) ;;
	*) version='' ;;
	esac
	[ -n "$version" ] || fail "say which release is to be used: version (SCRUBJAY_VERSION), such as v1.2.3"
	base=${SCRUBJAY_BASE_URL:-https://github.com/scrubjay-dev/scrubjay/releases/download/$version}
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	if command -v curl >/dev/null 2>&1; then
		curl -fsSL --retry 2 -o "$tmp/install.sh" "$base/install.sh"
	else
		wget -q -O "$tmp/install.sh" "$base/install.sh"
	fi || fail "$base/install.sh cannot be fetched: is there a release $version?"
	SCRUBJAY_BASE_URL=$base SCRUBJAY_INSTALL_DIR=$dir sh "$tmp/install.sh" || fail "$version was not installed"
	if [ -n "${GITHUB_PATH:-}" ]; then printf '%s\n' "$dir" >>"$GITHUB_PATH"; fi
}

scan() {
	report=${SCRUBJAY_REPORT:-scrubjay.sarif}
	set --
	if [ "${SCRUBJAY_HISTORY:-}" = true ]; then set -- "$@" --history; fi
	if [ -n "${SCRUBJAY_BASELINE:-}" ]; then set -- "$@" --baseline "$SCRUBJAY_BASELINE"; fi
	set -- "$@" --
	while IFS= read -r path; do
		if [ -n "$path" ]; then set -- "$@" "$path"; fi
	done <<-END
		${SCRUBJAY_PATHS:-}
	END
	code=0
	scrubjay scan --format sarif "$@" >"$report" || code=$?
	output report "$report"
	case $code in
	0) output findings no ;;
	1)
		output findings yes
		scrubjay scan "$@" || true # once more, for who reads the job's log; it never prints a value
		say "take them out, or say in .scrubjay.yaml why they may stay; whoever could read them may have them"
		;;
	*) code=2 ;;
	esac
	exit "$code"
}

attest() {
	evidence=${SCRUBJAY_EVIDENCE:-scrubjay-attest.json}
	case ${SCRUBJAY_RANGE:-} in
	'' | ..*)
		say "there is no range of commits, so none is looked at: is this a merge or pull request?"
		return
		;;
	-*) fail "a range of commits is A..B" ;;
	esac
	code=0
	scrubjay attest check --evidence "$evidence" -- "$SCRUBJAY_RANGE" || code=$?
	if [ -f "$evidence" ]; then output evidence "$evidence"; fi
	exit "$code"
}

main() {
	PATH=$dir:$PATH
	case ${1:-} in
	install | scan | attest) "$1" ;;
	*) fail "it is written scrubjay.sh install, scan or attest" ;;
	esac
}

# All is read before anything is done: a script that was cut off on its way does nothing.
main "$@"
