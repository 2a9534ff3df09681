package lsp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// BenchmarkKeystroke is from didChange to publishDiagnostics, through the wire and back.
func BenchmarkKeystroke(b *testing.B) {
	for _, size := range []int{10 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			published := make(chan struct{}, 16)
			e := lsptest.Start(b, config(), lsptest.Options{OnMessage: func(method string, _ json.RawMessage) {
				if method == "textDocument/publishDiagnostics" {
					published <- struct{}{}
				}
			}})
			// Ordinary text with some findings; each key moves those on the last line, so each is published.
			filler := "\tresult, err := client.Do(ctx, request) // é and so on\n"
			text := strings.Repeat(filler, size/len(filler)) + "key = " + key(b, "aws") + " " + key(b, "github") + "\n"
			e.Open(file, "go", text)
			<-published
			line := strings.Count(text, "\n") - 1
			version := 1
			type change struct {
				Range any    `json:"range"`
				Text  string `json:"text"`
			}
			at := func(from, to int) any {
				return map[string]any{"start": map[string]int{"line": line, "character": from}, "end": map[string]int{"line": line, "character": to}}
			}
			var took []time.Duration
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				began := time.Now()
				version++
				c := change{at(0, 0), "x"}
				if version%2 == 1 {
					c = change{at(0, 1), ""}
				}
				e.Notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": file, "version": version}, "contentChanges": []any{c}})
				<-published
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
		})
	}
}
