#!/bin/sh
# Runs the tests in a real Helix: $HELIX, the installed one of the tests, or the one on PATH. Its terminal is one of Neovim's.
# Home, state and folder are new and gone afterwards.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PATIENCE="${PATIENCE:-90}"
exec "$here/../fresh.sh" sh -c '
	mkdir -p "$XDG_CONFIG_HOME/helix"
	# As docs/editors.md has it, but for where the program is.
	cat >"$XDG_CONFIG_HOME/helix/languages.toml" <<-LANGUAGES
		[language-server.scrubjay]
		command = "$SCRUBJAY_BIN"
		args = ["lsp"]

		[[language]]
		name = "python"
		language-servers = ["scrubjay"]

		[[language]]
		name = "text"
		scope = "text.plain"
		file-types = ["txt"]
		language-servers = ["scrubjay"]
	LANGUAGES
	cd "$FOLDER"
	"$NVIM" --clean --headless +"luafile $0/run.lua" 2>"$TMPDIR/messages" || { cat "$TMPDIR/messages"; exit 1; }
' "$here"
