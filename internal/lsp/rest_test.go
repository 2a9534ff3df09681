package lsp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// TestTokens: what is shown as sensitive is marked for themes, line by line, counted as the editor counts.
func TestTokens(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value, key := key(t, "github"), keyBlock()
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-16"}, value)
		u := "file:///a.env"
		e.Open(u, "dotenv", "PLAIN=1\n😀 A="+value+" B="+value+"\n"+key+"END=1\n")
		synctest.Wait()
		want := append([]string{value, value}, strings.Split(strings.TrimSuffix(key, "\n"), "\n")...)
		if got := e.Tokens(u); !slices.Equal(got, want) {
			t.Errorf("marked are %q, want %q", got, want)
		}
		if got := e.Tokens(u, 0, 2); !slices.Equal(got, want[:2]) {
			t.Errorf("in two lines %q are marked", got)
		}
		e.Replace(u, 0, len("PLAIN=1\n"), "")
		if got := e.Tokens(u); !slices.Equal(got, want) {
			t.Errorf("after an edit %q are marked", got)
		}
	})
}

// keyBlock is a private key of some lines, made up.
func keyBlock() string {
	mark := strings.Repeat("-", 5)
	var b strings.Builder
	b.WriteString(mark + "BEGIN RSA PRIVATE KEY" + mark + "\n")
	for i := range 6 {
		for j := range 64 {
			b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(i*37+j*j*11+j*5)%64])
		}
		b.WriteString("\n")
	}
	b.WriteString(mark + "END RSA PRIVATE KEY" + mark + "\n")
	return b.String()
}

// TestNotebook: the cells of a notebook that comes as one are files like others, until they go.
func TestNotebook(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "github")
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-16"}, value)
		notebook := map[string]any{"uri": "file:///n.ipynb", "notebookType": "jupyter-notebook", "version": 1, "cells": []any{}}
		cell := func(n, text string) map[string]any {
			return map[string]any{"uri": "vscode-notebook-cell:/n.ipynb#" + n, "languageId": "python", "version": 1, "text": text}
		}
		shown := func(n string) int { synctest.Wait(); return len(e.Diagnostics("vscode-notebook-cell:/n.ipynb#" + n)) }
		e.Notify("notebookDocument/didOpen", map[string]any{"notebookDocument": notebook, "cellTextDocuments": []any{cell("a", "x = 1"), cell("b", "token = '"+value+"'")}})
		if a, b := shown("a"), shown("b"); a != 0 || b != 1 {
			t.Errorf("opened, the cells have %d and %d diagnostics", a, b)
		}
		e.Notify("notebookDocument/didChange", map[string]any{"notebookDocument": map[string]any{"uri": "file:///n.ipynb", "version": 2}, "change": map[string]any{"cells": map[string]any{
			"structure":   map[string]any{"array": map[string]any{"start": 1, "deleteCount": 1}, "didOpen": []any{cell("c", "y = '"+value+"'")}, "didClose": []any{map[string]any{"uri": "vscode-notebook-cell:/n.ipynb#b"}}},
			"textContent": []any{map[string]any{"document": map[string]any{"uri": "vscode-notebook-cell:/n.ipynb#a", "version": 2}, "changes": []any{map[string]any{"text": "x = '" + value + "'"}}}},
		}}})
		if a, b, c := shown("a"), shown("b"), shown("c"); a != 1 || b != 0 || c != 1 {
			t.Errorf("changed, the cells have %d, %d and %d diagnostics", a, b, c)
		}
		e.Notify("notebookDocument/didClose", map[string]any{"notebookDocument": map[string]any{"uri": "file:///n.ipynb"}, "cellTextDocuments": []any{map[string]any{"uri": "vscode-notebook-cell:/n.ipynb#a"}, map[string]any{"uri": "vscode-notebook-cell:/n.ipynb#c"}}})
		if a, c := shown("a"), shown("c"); a != 0 || c != 0 {
			t.Errorf("closed, the cells have %d and %d diagnostics", a, c)
		}
	})
}

// TestLargeFile: a file over 4 MiB is scanned when somebody asks, and stays so while it is edited.
func TestLargeFile(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "github")
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-8"}, value)
		u := "file:///large.env"
		e.Open(u, "dotenv", strings.Repeat("plain=1\n", 5<<17)+"A="+value+"\n")
		synctest.Wait()
		offered := e.Actions(u, 0, 0)
		if len(offered) != 1 || offered[0].Title != "Scan this file of 5 MiB" {
			t.Fatalf("offered are %+v", offered)
		}
		e.Run(offered[0].Command)
		synctest.Wait()
		if got := e.Diagnostics(u); len(got) != 1 || got[0].Code == protocol.String("not-scanned") {
			t.Errorf("asked for, it shows %+v", got)
		}
		e.Replace(u, 0, 0, "B="+value+"\n")
		synctest.Wait()
		if got := e.Diagnostics(u); len(got) != 2 {
			t.Errorf("after an edit it shows %+v", got)
		}
	})
}

// TestUnknownPackage: what code that arrives at once brings in is looked for in the project's lock file.
func TestUnknownPackage(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "package-lock.json"), []byte(`{"packages": {"node_modules/react": {}}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-16", Folder: dir})
		u := string(uri.File(filepath.Join(dir, "a.ts")))
		e.Open(u, "typescript", "import a from 'typed-by-hand'\n")
		e.Replace(u, 0, 0, "import React from 'react'\nimport { pad } from 'reacct-pad'\n// and more of what a model wrote\n")
		synctest.Wait()
		got := e.Diagnostics(u)
		if len(got) != 1 || got[0].Message != protocol.String("Generated code: reacct-pad is not in package-lock.json") || got[0].Range.Start.Line != 1 {
			t.Errorf("shown are %+v", got)
		}
	})
}
