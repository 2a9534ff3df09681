package credentials

import "strings"

// Curlrc reads curl's options, a line each, with or without dashes: user = "name:password", -u name:password.
func Curlrc(text []byte) []Value {
	v := values{sure: Password}
	for line := range strings.Lines(strings.TrimPrefix(string(text), mark)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		option := strings.TrimLeft(line, "-")
		end := strings.IndexAny(option, " \t=:")
		if len(line)-len(option) == 1 { // a letter, its value may stand at it
			end = 1
		}
		if end <= 0 || end > len(option) {
			continue
		}
		option, value := option[:end], strings.TrimLeft(option[end:], " \t=:")
		for _, reading := range readings(value, func(string) string { return "" }) {
			v.option(option, reading)
		}
	}
	return v.all
}

func (v *values) option(option, value string) {
	switch option {
	case "u", "user", "U", "proxy-user":
		v.pair(Password, value)
	case "oauth2-bearer", "pass", "proxy-pass", "tlspassword", "proxy-tlspassword":
		v.add(Password, "password", value)
	case "E", "cert", "proxy-cert": // file:password
		if i := strings.LastIndexByte(value, ':'); i > 1 {
			v.add(Password, "password", value[i+1:])
		}
	case "H", "header", "proxy-header":
		v.header(value)
	default:
		v.add(Named, option, value)
	}
}
