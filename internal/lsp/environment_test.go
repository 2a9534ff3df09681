package lsp

import (
	"testing"
)

func TestNamesOfVariables(t *testing.T) {
	for name, want := range map[string]string{
		"apiKey": "API_KEY", "api_key": "API_KEY", "api-key": "API_KEY", "APIKey": "API_KEY", "API_KEY": "API_KEY",
		"key2": "KEY2", "myOAuthToken": "MY_O_AUTH_TOKEN", "_private": "PRIVATE", "x": "X",
	} {
		if got := screaming(name); got != want {
			t.Errorf("%s becomes %s, want %s", name, got, want)
		}
	}
}

func TestQuoting(t *testing.T) {
	for value, want := range map[string]string{
		"plain-_./:@%+,=1": "plain-_./:@%+,=1",
		"with space":       "'with space'",
		"$HOME #x":         "'$HOME #x'",
		`"quoted"`:         `'"quoted"'`,
		"it's $5`":         "\"it's \\$5\\`\"",
		"ключ":             "'ключ'",
	} {
		if got := quoteEnv(value); got != want {
			t.Errorf("%s is written %s, want %s", value, got, want)
		}
	}
}

// What is read from the environment needs its import, where the language wants it and nowhere twice.
func TestImports(t *testing.T) {
	for _, tt := range []struct {
		name  string
		add   importOf
		text  string
		wants string // with what is added between < and >
	}{
		{"nothing before", importPython, "k = 1\n", "<import os\n>k = 1\n"},
		{"nothing at all", importPython, "", "<import os\n>"},
		{"a shebang and a comment", importPython, "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nk = 1\n", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n<import os\n>k = 1\n"},
		{"a docstring", importPython, "\"\"\"Does\nthings.\n\"\"\"\n\nimport sys\n", "\"\"\"Does\nthings.\n\"\"\"\n\n<import os\n>import sys\n"},
		{"futures", importPython, "'''D'''\nfrom __future__ import annotations\nfrom __future__ import (\n  x,\n)\n\nimport sys\n", "'''D'''\nfrom __future__ import annotations\nfrom __future__ import (\n  x,\n)\n\n<import os\n>import sys\n"},
		{"CRLF", importPython, "# c\r\nk = 1\r\n", "# c\r\n<import os\r\n>k = 1\r\n"},
		{"a comment alone, no end", importPython, "# c", "<import os\n># c"},
		{"it is there", importPython, "import sys\nimport os\n", ""},
		{"it is among others", importPython, "import sys, os, re\n", ""},
		{"at the end of the file", importPython, "import os", ""},
		{"by another name", importPython, "import os as system\n", "<import os\n>import os as system\n"},
		{"a part of it", importPython, "import os.path\nfrom os import environ\n", "<import os\n>import os.path\nfrom os import environ\n"},
		{"in a function", importPython, "def f():\n    import os\n", "<import os\n>def f():\n    import os\n"},

		{"a group", importGo, "package a\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n\n\t\"x.dev/os\"\n)\n", "package a\n\nimport (\n\t\"fmt\"\n<\t\"os\"\n>\t\"strings\"\n\n\t\"x.dev/os\"\n)\n"},
		{"a group of earlier ones", importGo, "package a\n\nimport (\n\tf \"fmt\" // x\n\n\t\"x.dev/os\"\n)\n", "package a\n\nimport (\n\tf \"fmt\" // x\n<\t\"os\"\n>\n\t\"x.dev/os\"\n)\n"},
		{"one alone", importGo, "package a\n\nimport \"fmt\"\n\nvar k = 1\n", "package a\n\nimport \"fmt\"\n<import \"os\"\n>\nvar k = 1\n"},
		{"none", importGo, "// Package a\npackage a // x\n\nvar k = 1\n", "// Package a\npackage a // x\n<\nimport \"os\"\n>\nvar k = 1\n"},
		{"CRLF in Go", importGo, "package a\r\n\r\nimport (\r\n\t\"fmt\"\r\n)\r\n", "package a\r\n\r\nimport (\r\n\t\"fmt\"\r\n<\t\"os\"\r\n>)\r\n"},
		{"there in a group", importGo, "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n", ""},
		{"there alone", importGo, "package a\nimport \"os\"\n", ""},
		{"a piece of a file", importGo, "var k = 1\n", ""},
	} {
		sp, ok := tt.add([]byte(tt.text))
		got := ""
		if ok {
			got = tt.text[:sp.Start] + "<" + sp.text + ">" + tt.text[sp.End:]
		}
		if got != tt.wants {
			t.Errorf("%s: it is\n%q\nand should be\n%q", tt.name, got, tt.wants)
		}
	}
}
