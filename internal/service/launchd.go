package service

import (
	"encoding/xml"
	"path/filepath"
	"strings"
)

const label = "dev.scrubjay.scrubjay"

// launchd is an agent of the person's own. It is started again unless it ended by itself, without an error.
func launchd(m Machine) Service {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key><string>` + label + `</string>
	<key>ProgramArguments</key>
	<array><string>` + inXML(m.Program) + `</string><string>serve</string><string>--service</string></array>
	<key>RunAtLoad</key><true/>
	<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
	<key>ProcessType</key><string>Interactive</string>
	<key>Umask</key><integer>63</integer>
`)
	if pairs := m.environment(); len(pairs) > 0 {
		b.WriteString("\t<key>EnvironmentVariables</key>\n\t<dict>\n")
		for _, pair := range pairs {
			b.WriteString("\t\t<key>" + inXML(pair[0]) + "</key><string>" + inXML(pair[1]) + "</string>\n")
		}
		b.WriteString("\t</dict>\n")
	}
	b.WriteString("</dict>\n</plist>\n")
	file := filepath.Join(m.Home, "Library", "LaunchAgents", label+".plist")
	domain := "gui/" + m.Account
	return Service{
		File:   file,
		text:   []byte(b.String()),
		start:  [][]string{{"launchctl", "bootstrap", domain, file}},
		stop:   [][]string{{"launchctl", "bootout", domain + "/" + label}},
		state:  [][]string{{"launchctl", "print", domain + "/" + label}},
		absent: "there is no launchctl",
	}
}

func inXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
