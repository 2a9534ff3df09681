package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// TestMissingPackages: what code brings in and the nearest lock file lacks, and nothing else.
func TestMissingPackages(t *testing.T) {
	for _, c := range []struct{ name, files, language, code, want string }{
		{"npm", "-- package-lock.json --\n{\"packages\": {\"node_modules/left-pad\": {}, \"node_modules/@scope/there\": {}, \"node_modules/@types/estree\": {}}}\n-- shared/x.ts --\n",
			"typescript", "import a from 'left-pad/deep'\nimport type b from 'estree'\nimport c from '@scope/gone/x'\nimport d from '@scope/there'\nimport fs from 'fs'\nimport 'node:path'\nimport e from './pad'\nimport f from '@/alias'\nimport g from 'shared/x'\nconst h = require('pad-left')\nimport('left')\n",
			"@scope/gone pad-left left"},
		{"pnpm", "-- pnpm-lock.yaml --\npackages:\n  react@19.0.0:\n    resolution: {}\n  '@a/b@1.0.0':\n", "javascriptreact", "import React from 'react'\nimport x from '@a/b'\nimport y from 'react-codeshift'\n", "react-codeshift"},
		{"yarn", "-- yarn.lock --\n\"react@^19\":\n  version \"19.0.0\"\nlodash@4:\n", "javascript", "import 'react'\nimport _ from \"lodash\"\nimport l from 'lodahs'\n", "lodahs"},
		{"names of paths", "-- package-lock.json --\n{}\n-- tsconfig.json --\n{\"compilerOptions\": {\"paths\": {\"app/*\": [\"./src/*\"]}}}\n", "typescript", "import a from 'app/x'\n", ""},
		{"above the file", "-- package-lock.json --\n{}\n-- .git/HEAD --\n-- a/b/c/x --\n", "javascript", "import a from 'nowhere'\n", "nowhere"},
		{"no lock file", "-- package.json --\n{}\n-- .git/HEAD --\n", "javascript", "import a from 'nowhere'\n", ""},
		{"python", "-- uv.lock --\n[[package]]\nname = \"python-dotenv\"\n[[package]]\nname = \"Pillow\"\n[[package]]\nname = \"google-cloud-storage\"\n-- helpers.py --\n-- src/shop/__init__.py --\n",
			"python", "import os, sys\nimport os\nfrom dotenv import load_dotenv\nimport PIL.Image as i\nfrom google.cloud import storage\nimport helpers\nfrom shop.cart import x\nfrom . import y\nimport huggingface_cli\nfrom reqeusts import get\n", "huggingface_cli reqeusts"},
		{"requirements", "-- requirements.txt --\nrequests==2.32\n-- requirements-dev.txt --\npytest\n", "python", "import requests\nimport pytest\nimport flask\n", "flask"},
		{"go", "-- go.mod --\nmodule example.com/own\n\ngo 1.26\n\nrequire (\n\tgithub.com/a/b v1.0.0\n\tgolang.org/x/mod v0.1.0 // indirect\n)\n",
			"go", "import (\n\t\"fmt\"\n\tb \"github.com/a/b/c\"\n\t\"github.com/a/bb\"\n\t\"example.com/own/x\"\n\t\"golang.org/x/mod/modfile\" // why\n)\nvar list = []string{\n\t\"github.com/no/import\",\n}\n", "github.com/a/bb"},
		{"a language that is not known", "-- go.mod --\nmodule a\n", "rust", "use serde::x;\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			deepest := dir
			for _, f := range txtar.Parse([]byte(c.files)).Files {
				path := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(f.Name, "/x") {
					deepest = filepath.Dir(path)
				}
			}
			missing, _ := workspace.MissingPackages(filepath.Join(deepest, "file"), c.language, []byte(c.code))
			var names []string
			for _, m := range missing {
				names = append(names, m.Name)
				if !strings.Contains(c.code[m.Span.Start:m.Span.End], strings.Split(m.Name, "/")[0]) {
					t.Errorf("%s stands at %q", m.Name, c.code[m.Span.Start:m.Span.End])
				}
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("missing are %q, want %q", got, c.want)
			}
		})
	}
}
