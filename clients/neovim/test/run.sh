#!/bin/sh
# Runs the tests in a real Neovim: $NVIM, the installed one of the tests, or the one on PATH. Home, state
# and folder are new and gone afterwards.
#
#   SCRUBJAY_BIN=/path   tests that program instead of bin/scrubjay
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../test-editors/fresh.sh" sh -c '
	cd "$FOLDER"
	# What it shows as messages would run into the results.
	"$NVIM" --headless -u "$0/init.lua" +"luafile $0/run.lua" 2>"$TMPDIR/messages" || { cat "$TMPDIR/messages"; exit 1; }
' "$here"
