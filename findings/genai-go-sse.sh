#!/usr/bin/env bash
# google.golang.org/genai v1.77.0 (Gemini's client for Go) reads a stream of server-sent events only if each event is one data
# line: a comment, with which servers and gateways keep a connection open, an id, or data on two lines end the stream with
# an error, though the standard of such streams has all three. Who stands between may not add any of them.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"google.golang.org/genai"
)

func main() {
	event := func(text string) string {
		return `data: {"candidates":[{"content":{"role":"model","parts":[{"text":"` + text + `"}]}}]}` + "\n"
	}
	for _, c := range []struct{ name, stream string }{
		{"plain", event("one") + "\n" + event("two") + "\n"},
		{"a comment", ": wait\n\n" + event("one") + "\n" + event("two") + "\n"},
		{"an id", "id: 1\n" + event("one") + "\n" + event("two") + "\n"},
		{"two lines", strings.Replace(event("one"), `,"parts"`, ",\ndata: \"parts\"", 1) + "\n" + event("two") + "\n"},
	} {
		vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, c.stream)
		}))
		client, err := genai.NewClient(context.Background(), &genai.ClientConfig{APIKey: "k", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: vendor.URL}})
		if err != nil {
			panic(err)
		}
		heard, failed := "", false
		for res, err := range client.Models.GenerateContentStream(context.Background(), "m", genai.Text("q"), nil) {
			if err != nil {
				failed = true
				break
			}
			heard += res.Text()
		}
		fmt.Printf("%s: heard %q, failed %v\n", c.name, heard, failed)
		vendor.Close()
	}
}
GO
go mod init finding >/dev/null 2>&1
go get google.golang.org/genai@v1.77.0 >/dev/null 2>&1
said=$(go run .)
echo "$said"
[ "$said" = 'plain: heard "onetwo", failed false
a comment: heard "", failed true
an id: heard "", failed true
two lines: heard "", failed true' ]
