package assistants

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// Machine is where settings are kept: the system's rules and this person's variables.
type Machine struct {
	System string // as runtime.GOOS
	Home   string
	Getenv func(string) string
	// Root is what the system's own directories are below; it is empty but in tests.
	Root string
}

// ThisMachine is the one that the program runs on.
func ThisMachine() (Machine, error) {
	home, err := os.UserHomeDir()
	return Machine{System: runtime.GOOS, Home: home, Getenv: os.Getenv}, err
}

// or is a directory that a variable names, or else one below the home directory.
func (m Machine) or(variable string, below ...string) string {
	if dir := m.Getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(append([]string{m.Home}, below...)...)
}

// config is where programs that keep to XDG's rules have their settings, on every system.
func (m Machine) config() string { return m.or("XDG_CONFIG_HOME", ".config") }

// application is where the system itself wants settings.
func (m Machine) application() string {
	switch m.System {
	case "windows":
		return m.or("APPDATA", "AppData", "Roaming")
	case "darwin":
		return filepath.Join(m.Home, "Library", "Application Support")
	}
	return m.config()
}

func one(file func(Machine) string) func(Machine) []string {
	return func(m Machine) []string { return []string{file(m)} }
}

func (m Machine) claude() string {
	return filepath.Join(m.or("CLAUDE_CONFIG_DIR", ".claude"), "settings.json")
}
func (m Machine) codex() string  { return filepath.Join(m.or("CODEX_HOME", ".codex"), "config.toml") }
func (m Machine) gemini() string { return filepath.Join(m.Home, ".gemini", ".env") }
func (m Machine) aider() string  { return filepath.Join(m.Home, ".aider.conf.yml") }
func (m Machine) continueDev() string {
	return filepath.Join(m.or("CONTINUE_GLOBAL_DIR", ".continue"), "config.yaml")
}

func (m Machine) opencode() []string {
	if file := m.Getenv("OPENCODE_CONFIG"); filepath.IsAbs(file) {
		return []string{file}
	}
	dir := filepath.Join(m.config(), "opencode")
	return []string{filepath.Join(dir, "opencode.json"), filepath.Join(dir, "opencode.jsonc")}
}

func (m Machine) zed() string {
	if m.System == "windows" {
		return filepath.Join(m.application(), "Zed", "settings.json")
	}
	return filepath.Join(m.config(), "zed", "settings.json")
}

func (m Machine) code() string {
	return filepath.Join(m.application(), "Code", "User", "settings.json")
}

// system is where an administrator's settings of a program are.
func (m Machine) system(title, name string) string {
	switch m.System {
	case "windows":
		return filepath.Join(m.Root, `C:\Program Files`, title)
	case "darwin":
		return filepath.Join(m.Root, "/Library/Application Support", title)
	}
	return filepath.Join(m.Root, "/etc", name)
}

func (m Machine) qwen() string { return filepath.Join(m.Home, ".qwen", "settings.json") }

func (m Machine) copilotCLI() string {
	return filepath.Join(m.or("COPILOT_HOME", ".copilot"), "settings.json")
}

func (m Machine) kilo() []string {
	if file := m.Getenv("KILO_CONFIG"); filepath.IsAbs(file) {
		return []string{file}
	}
	dir := filepath.Join(m.config(), "kilo")
	return []string{filepath.Join(dir, "kilo.json"), filepath.Join(dir, "kilo.jsonc")}
}

// upwards are a folder and those that it is in, the outermost first.
func upwards(folder string) (all []string) {
	for dir := folder; dir != ""; dir = filepath.Dir(dir) {
		all = append(all, dir)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	slices.Reverse(all)
	return all
}
