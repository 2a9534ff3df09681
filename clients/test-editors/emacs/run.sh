#!/bin/sh
# Runs the tests in a real Emacs with eglot: $EMACS, the installed one of the tests, or the one on PATH. Home, state and
# folder are new and gone afterwards.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PATIENCE="${PATIENCE:-60}"
exec "$here/../fresh.sh" sh -c '
	cd "$FOLDER"
	"$EMACS" --batch -Q -l "$0/run.el" 2>"$TMPDIR/messages" || { cat "$TMPDIR/messages"; exit 1; }
' "$here"
