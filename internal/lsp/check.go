package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// checkMethod is the request scrubjay/check {uri, language, text, redact}, for the tools of assistants in editors. It answers with
// what is sensitive in the text of a file, and never with a value:
//
//	{"findings": [{"rule", "class", "line", "says"}], "text": with placeholders, if redact was asked for}
//
// It is judged as on the wire, whatever the editor, the repository and the comments in it quiet, and whether or not scrubbing is
// paused: its answer goes to a vendor, maybe past the proxy.
const checkMethod = "scrubjay/check"

type checkQuestion struct {
	URI      string `json:"uri"`
	Language string `json:"language"`
	Text     string `json:"text"`
	Redact   bool   `json:"redact"`
}

type checked struct {
	Findings []checkedFinding `json:"findings"`
	Text     *string          `json:"text,omitempty"`
}

type checkedFinding struct {
	Rule  string `json:"rule"`
	Class string `json:"class"`
	Line  int    `json:"line"` // from 1
	// Says is what an editor says of it.
	Says string `json:"says"`
}

func (s *Server) check(ctx context.Context, params any) (any, error) {
	var q checkQuestion
	if raw, ok := params.(rawJSON); !ok || json.Unmarshal(raw, &q) != nil || q.URI == "" {
		return nil, errors.New(checkMethod + " wants {uri, language, text, redact}")
	}
	rpc.Release(ctx)
	b := workspace.NewBuffers(s.cfg.Engine()).Open(canonical(q.URI), q.Language, 0, []byte(q.Text))
	if b.Unscanned != "" {
		return nil, fmt.Errorf("it cannot be looked at: %s", b.Unscanned)
	}
	o := newOutlook(s.folderOf(b.Path), s.cfg.Settings(), policy.Settings{}, editorSettings{}, nil)
	o.known = s.knownValues(s.folderOf(b.Path))
	r := s.judgeBy(ctx, b, o)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(r.labels) > 0 {
		return nil, fmt.Errorf("it is kept from AI assistants by %s: do without it", r.labels[0].By)
	}
	kept := slices.DeleteFunc(slices.Clone(r.findings), func(j judged) bool { return j.verdict == policy.Allow })
	out := checked{Findings: make([]checkedFinding, len(kept))}
	for i, j := range kept {
		out.Findings[i] = checkedFinding{j.Rule.ID, string(j.Rule.Class), b.Text.LineAt(j.Start) + 1, r.message(j)}
	}
	if q.Redact {
		text := q.Text
		if len(kept) > 0 {
			splices, err := s.redacted(ctx, r, kept)
			if err != nil {
				return nil, err
			}
			text = string(spliced(b.Text, splices))
		}
		out.Text = &text
	}
	return out, nil
}
