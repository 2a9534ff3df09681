#!/bin/sh
# Runs the tests in the real VS Code, with the extension from build/vsix (npm run package makes it). Home,
# state and folder are new and gone afterwards.
#
#   SCRUBJAY_BIN=/path   tests that program instead of the one that the extension brings
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PATIENCE="${PATIENCE:-600}"
exec "$here/../../../test-editors/fresh.sh" sh -c '
	exec "$NODE" --test --test-concurrency=1 --test-reporter=spec "$0"/*.test.mjs
' "$here"
