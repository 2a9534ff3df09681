#!/bin/sh
# Puts the editors that the tests run into build/editors: VS Code (the web edition inside code-server,
# under a Node of its own), the Chromium that shows it, Neovim, Emacs and Helix. What is there already is kept, so
# that a second run takes no time. Chromium and what unpacks packages come from the system's own packages, and
# that alone needs root.
#
#   CHROMIUM=/path   uses that browser and installs none
#   NVIM=/path       uses that Neovim
#
# An nvim, emacs or hx on PATH that is new enough is used too.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
editors=$(cd "$here/../.." && pwd)/build/editors
bin=$editors/bin
mkdir -p "$bin"

say() { printf 'editors: %s\n' "$*"; }

PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
DEBIAN_FRONTEND=noninteractive
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD DEBIAN_FRONTEND

# packages NAME... installs packages of the system, and asks for newer lists only if these do not do.
packages() {
	[ "$(id -u)" = 0 ] || { say "root is needed to install $*: install it by hand, then run this again"; exit 1; }
	apt-get install -y -q --no-install-recommends "$@" >"$editors/apt.log" 2>&1 && return
	apt-get update -q >"$editors/apt.log" 2>&1 || true # a third party's list that is gone must not stop us
	apt-get install -y -q --no-install-recommends "$@" >>"$editors/apt.log" 2>&1 || {
		tail -n 20 "$editors/apt.log"
		say "$* cannot be installed: see above"
		exit 1
	}
}

vscode=$editors/node_modules/code-server/lib/vscode

install_code() {
	stamp=$(cksum <"$here/package-lock.json")
	[ "$(cat "$editors/code.stamp" 2>/dev/null)" = "$stamp" ] && return
	say "installing VS Code"
	command -v npm >/dev/null || packages nodejs npm
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$editors"
	(cd "$editors" && npm ci --loglevel=error) >"$editors/npm.log" 2>&1 || { cat "$editors/npm.log"; exit 1; }
	ln -sfn "$editors"/node_modules/node-linux-*/bin/node "$bin/node"
	# Its own lock pins everything below it. Nothing has to be compiled: what is native is optional.
	(cd "$vscode" && npm install --omit=dev --ignore-scripts --no-fund --no-audit --loglevel=error) >>"$editors/npm.log" 2>&1 ||
		{ cat "$editors/npm.log"; exit 1; }
	# Assistants that the tests do not open are half of its size.
	rm -rf "$vscode"/node_modules/@github/copilot* "$vscode"/node_modules/@openai "$vscode"/node_modules/@anthropic-ai
	echo "$stamp" >"$editors/code.stamp"
}

install_chromium() {
	browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
	if [ -z "$browser" ]; then
		say "installing Chromium"
		packages chromium fonts-dejavu-core fonts-noto-color-emoji
		browser=$(command -v chromium)
	fi
	ln -sfn "$browser" "$bin/chromium"
}

# have NAME WORKS: the editor is there, or a system's own will do. WORKS is a command that is told which program to try.
have() {
	[ -x "$bin/$1" ] && "$2" "$bin/$1" && return
	system=$(command -v "$1" || true)
	[ -n "$system" ] && "$2" "$system" && ln -sfn "$system" "$bin/$1"
}

# unpack NAME PACKAGE TEXT puts a package of a later suite into build/editors, and writes the program that starts it with the
# libraries of that suite: TEXT is its last lines. The source is the system's own; lists, cache and status are not, so that
# nothing of the system is changed.
unpack() {
	say "installing $2"
	. /etc/os-release
	source=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		awk -v suite="$VERSION_CODENAME" '$1 == suite { print $2; exit }')
	[ -n "$source" ] || { say "no package source of Debian $VERSION_CODENAME is configured: put a newer $1 on PATH"; exit 1; }
	root=$editors/apt
	rm -rf "$root" "${editors:?}/$1"
	mkdir -p "$root/lists/partial" "$root/archives/partial" "$editors/$1"
	: >"$root/status"
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	echo "deb [signed-by=$keys] $source forky main" >"$root/sources.list"
	for command in update "install -y --download-only --no-install-recommends $2"; do
		# shellcheck disable=SC2086 # words of a command
		apt-get -q -o Dir::State="$root" -o Dir::State::lists="$root/lists" -o Dir::State::status="$root/status" \
			-o Dir::Cache="$root" -o Dir::Cache::archives="$root/archives" \
			-o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=- \
			-o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 \
			$command >"$root/log" 2>&1 || { cat "$root/log"; exit 1; }
	done
	for package in "$root"/archives/*.deb; do dpkg -x "$package" "$editors/$1"; done
	rm -rf "$root"
	cat >"$bin/$1" <<-START
		#!/bin/sh
		# An editor of a later suite, with the libraries of that suite.
		prefix=\$(cd "\$(dirname "\$(readlink -f "\$0")")/../$1" && pwd)
		for lib in "\$prefix"/usr/lib/*-linux-gnu; do :; done
		for loader in "\$prefix"/usr/lib*/ld-linux-* "\$lib"/ld-linux-*; do [ -e "\$loader" ] && break; done
		$3
	START
	chmod +x "$bin/$1"
}

# new_enough NVIM: the plugin is for 0.11 and newer.
new_enough() { "$1" -u NONE -i NONE --headless +'if !has("nvim-0.11") | cquit | endif' +qall >/dev/null 2>&1; }

install_neovim() {
	if [ -n "${NVIM:-}" ]; then ln -sfn "$NVIM" "$bin/nvim"; fi
	have nvim new_enough && return
	# shellcheck disable=SC2016 # the program's own words
	unpack nvim neovim '
export VIMRUNTIME="$prefix/usr/share/nvim/runtime"
export LUA_PATH="$prefix/usr/share/lua/5.1/?.lua;$prefix/usr/share/lua/5.1/?/init.lua;;"
export LUA_CPATH="$lib/lua/5.1/?.so;;"
exec "$loader" --library-path "$lib" "$prefix/usr/bin/nvim" --cmd "set runtimepath+=$prefix/usr/lib/nvim" "$@"'
	new_enough "$bin/nvim" || { say "the Neovim that was installed does not start: put an nvim >= 0.11 on PATH"; exit 1; }
}

# has_eglot EMACS: eglot is in Emacs 29 and newer.
has_eglot() { "$1" --batch -Q --eval "(require 'eglot)" >/dev/null 2>&1; }

install_emacs() {
	have emacs has_eglot && return
	# shellcheck disable=SC2016 # the program's own words
	unpack emacs emacs-nox '
for share in "$prefix"/usr/share/emacs/[0-9]*; do :; done
for exec in "$prefix"/usr/libexec/emacs/*/*; do :; done
for image in "$exec"/*.pdmp; do :; done
export EMACSLOADPATH="$share/lisp" EMACSDATA="$share/etc" EMACSPATH="$exec"
exec "$loader" --library-path "$lib" "$prefix/usr/bin/emacs-nox" --dump-file="$image" "$@"'
	rm -rf "$editors/emacs/usr/lib/gcc" "$editors/emacs/usr/include" # it can compile, and need not
	has_eglot "$bin/emacs" || { say "the Emacs that was installed does not start: put an Emacs >= 29 on PATH"; exit 1; }
}

starts() { "$1" --version >/dev/null 2>&1; }

install_helix() {
	have hx starts && return
	# shellcheck disable=SC2016 # the program's own words
	unpack hx hx '
export HELIX_RUNTIME="$prefix/usr/lib/hx/runtime"
exec "$loader" --library-path "$lib" "$prefix/usr/lib/hx/hx" "$@"'
	starts "$bin/hx" || { say "the Helix that was installed does not start: put an hx on PATH"; exit 1; }
}

install_code
cp "$here/spdlog.js" "$vscode/node_modules/@vscode/spdlog/index.js"
install_chromium
install_neovim
install_emacs
install_helix
say "VS Code $(sed -n 's/^  "version": "\(.*\)",/\1/p' "$vscode/package.json" | head -1), $("$bin/chromium" --version 2>/dev/null | sed 's/ *$//'), $("$bin/nvim" --version | head -1), $("$bin/emacs" --version | head -1), $("$bin/hx" --version)"
