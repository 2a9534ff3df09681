package service

import (
	"cmp"
	"path/filepath"
	"strings"
)

const unit = "scrubjay.service"

// systemd is a unit of the person's own manager. It is started again when it fails or is killed, not when it was told to end.
func systemd(m Machine) Service {
	var b strings.Builder
	b.WriteString(`[Unit]
Description=Scrubjay scrubs what AI assistants send
Documentation=https://github.com/scrubjay-dev/scrubjay
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=` + inUnit(m.Program) + ` serve --service
Restart=on-failure
RestartSec=1s
TimeoutStopSec=20s
UMask=0077
NoNewPrivileges=yes
`)
	for _, pair := range m.environment() {
		b.WriteString("Environment=" + inUnit(pair[0]+"="+pair[1]) + "\n")
	}
	b.WriteString("\n[Install]\nWantedBy=default.target\n")
	config := cmp.Or(m.Getenv("XDG_CONFIG_HOME"), filepath.Join(m.Home, ".config"))
	control := func(words ...string) []string { return append([]string{"systemctl", "--user"}, words...) }
	dir := filepath.Join(config, "systemd", "user")
	return Service{
		File: filepath.Join(dir, unit), within: []string{dir, filepath.Dir(dir)},
		text:  []byte(b.String()),
		start: [][]string{control("daemon-reload"), control("enable", "--now", unit)},
		stop:  [][]string{control("disable", "--now", unit), control("daemon-reload")},
		state: [][]string{control("show", "--property=ActiveState,SubState,NRestarts,ExecMainStartTimestamp", unit)},
		probe: control("show-environment"),
		absent: "no systemd runs for you. Have scrubjay serve started when you log in, in the way of your system; over SSH, loginctl enable-linger brings " +
			"it, and in WSL systemd=true below [boot] in /etc/wsl.conf",
	}
}

// inUnit quotes a word, in which % means something. A $ does not: not in the program that is run, nor in a variable.
func inUnit(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(word) + `"`
}
