#!/bin/sh
# Runs the tests in the real editors and the console's in the real browser, one after the other, and sums them up in the last line. What
# they saw is in build/screens afterwards. The program is bin/scrubjay and the extension that of build/vsix;
# install.sh puts the editors there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
log=$(mktemp)
trap 'rm -f "$log" "$log.code" "$log.failed"' EXIT
trap 'exit 130' INT TERM
rm -rf "$root/build/screens"

# count WORD: the number beside it in the log, as Node's reporter and ours write it.
count() { sed -n "s/^[^a-z]*$1 \([0-9]*\)\$/\1/p; s/.*\b\([0-9][0-9]*\) ${1}ed\b.*/\1/p" "$log" | tail -1; }

passed=0 failed=0
for tests in clients/vscode/test/editor clients/neovim/test clients/console/test clients/test-editors/emacs clients/test-editors/helix; do
	{ "$root/$tests/run.sh" 2>&1; echo $? >"$log.code"; } | tee "$log"
	pass=$(count pass) fail=$(count fail)
	# An editor that ends before its tests do has failed, whatever it counted.
	[ "$(cat "$log.code")" = 0 ] || [ "${fail:-0}" != 0 ] || fail=1
	# What failed is said again at the end, where it is looked for.
	[ "${fail:-0}" = 0 ] || { echo "$tests:"; sed -n '/^✖ failing tests/,$p; /^FAIL /,/^ok /p' "$log"; } >>"$log.failed"
	passed=$((passed + ${pass:-0})) failed=$((failed + ${fail:-0}))
done
[ ! -f "$log.failed" ] || cat "$log.failed"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
