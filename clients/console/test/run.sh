#!/bin/sh
# Opens the daemon's local page in the real Chromium. Home, state and folder are new and gone afterwards.
#
#   SCRUBJAY_BIN=/path   tests that program instead of bin/scrubjay
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../test-editors/fresh.sh" sh -c '
	exec "$NODE" --test --test-concurrency=1 --test-reporter=spec "$0"/*.test.mjs
' "$here"
